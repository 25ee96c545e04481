#!/usr/bin/env -S deno run --allow-read --allow-write --allow-env --allow-sys
/** The command line, `zen`. */
import { Command } from "commander";
import { addAnalyzeCommand } from "./analyze.ts";
import { addCorrelateCommand } from "./correlate.ts";
import { addDevicesCommand } from "./devices.ts";
import { reportError } from "./errors.ts";
import { addExportCommand } from "./export.ts";
import { addForwardCommand } from "./forward.ts";
import { addInspectCommand } from "./inspect.ts";
import { addPhoneCommand } from "./phone.ts";
import { addRunCommand } from "./run.ts";
import { addRunsCommand } from "./runs.ts";
import { addScoreCommand } from "./score.ts";
import { addSearchCommand } from "./search.ts";
import { addSpaceCommand } from "./space.ts";
import { addVerifyCommand } from "./verify.ts";
import { addZooCommand } from "./zoo.ts";
import deno from "../deno.json" with { type: "json" };

const EXAMPLES = `
Examples:
  zen search --preset zen-cifar-params1M --max-evaluations 300 --seed 1
  zen score 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)' --repeats 8 --json
  zen analyze zennet_cifar10_model_size1M_res32 --classes 10
  zen runs resume runs/zen-cifar-params1M-seed1

Exit codes: 0 done, 1 failed, 2 called wrongly, 130 interrupted (what was done is kept).`;

/** The command line with all commands; actions import what they need when they run, so that --help is quick. */
export function createProgram(): Command {
  const program = new Command("zen")
    .description("Zero-shot neural architecture search: find image classifiers without training any.")
    .version(deno.version, "-V, --version")
    .option("--verbose", "show stacks and causes of errors", false)
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(--help shows how to call it)")
    .exitOverride();
  for (
    const add of [
      addSearchCommand,
      addScoreCommand,
      addCorrelateCommand,
      addAnalyzeCommand,
      addForwardCommand,
      addSpaceCommand,
      addZooCommand,
      addRunsCommand,
      addExportCommand,
      addInspectCommand,
      addRunCommand,
      addVerifyCommand,
      addPhoneCommand,
      addDevicesCommand,
    ]
  ) add(program);
  return program;
}

/** Runs a command line and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    return reportError(error, { verbose: program.opts<{ verbose: boolean }>().verbose });
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
