/** The command line with all commands, as commander knows it. */
import { resolve } from "node:path";
import { Command, InvalidArgumentError, type Option } from "npm:commander@15.1.0";
import { addAnalyzeCommand } from "./commands/analyze.ts";
import { addCorrelateCommand } from "./commands/correlate.ts";
import { addDashboardCommand } from "./commands/dashboard.ts";
import { addDataCommand } from "./commands/data.ts";
import { addDevicesCommand } from "./commands/devices.ts";
import { addDistilCommand } from "./commands/distil.ts";
import { addEvalCommand } from "./commands/eval.ts";
import { addExportCommand } from "./commands/export.ts";
import { addFinalistsCommand } from "./commands/finalists.ts";
import { addForwardCommand } from "./commands/forward.ts";
import { addInspectCommand } from "./commands/inspect.ts";
import { addLatencyCommand } from "./commands/latency.ts";
import { addPhoneCommand } from "./commands/phone.ts";
import { addPredictCommand } from "./commands/predict.ts";
import { addRunCommand } from "./commands/run.ts";
import { addRunsCommand } from "./commands/runs.ts";
import { addScoreCommand } from "./commands/score.ts";
import { addSearchCommand } from "./commands/search.ts";
import { addSpaceCommand } from "./commands/space.ts";
import { addTrainCommand } from "./commands/train.ts";
import { addTrustCommand } from "./commands/trust.ts";
import { addVerifyCommand } from "./commands/verify.ts";
import { addWeightsCommand } from "./commands/weights.ts";
import { addZooCommand } from "./commands/zoo.ts";
import deno from "../deno.json" with { type: "json" };
import { shortenWords } from "../core/shorten.ts";
import { note, print } from "./terminal.ts";

const EXAMPLES = `
Examples:
  zen search --preset zen-cifar-params1M --max-evaluations 300 --seed 1
  zen score 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)' --repeats 8 --json
  zen analyze zennet_cifar10_model_size1M_res32 --classes 10
  zen runs resume runs/zen-cifar-params1M-seed1

Exit codes: 0 done, 1 failed, 2 called wrongly, 130 interrupted, 143 ended by --timeout as a module
blocked the thread (what was done is kept).`;

/** A folder given after another is relative to it. */
function within(folder: string, before?: string): string {
  return before === undefined ? folder : resolve(before, folder);
}

/** What comes before every command: paths get the folder that they are relative to, and modules named are run. */
async function prepare(program: Command, command: Command): Promise<void> {
  const { cwd } = program.opts<{ readonly cwd?: string }>();
  if (cwd) Deno.chdir(cwd);
  const { module: modules } = command.opts<{ readonly module?: readonly string[] }>();
  if (modules) await (await import("../core/io/modules.ts")).loadModules(modules);
}

/** A text that commander prints, without the line end that {@link print} and {@link note} add. */
const chomped = (text: string): string => text.replace(/\n$/, "");

/** The most characters of a word of what commander says; all but values are shorter. */
const LONGEST_WORD = 80;

/** Whether a second value adds to the first: the option's parser takes what was parsed before it. */
function collects({ variadic, parseArg, argChoices }: Option): boolean {
  return variadic || argChoices === undefined && (parseArg?.length ?? 0) > 1;
}

/** Makes the second value of an option an error, where it would only replace the first. */
function refuseSecondValues(command: Command): void {
  for (const option of command.options) {
    if (option.isBoolean() || collects(option)) continue;
    const parse = option.parseArg ?? ((value: string) => value);
    option.argParser((value, previous) => {
      if (command.getOptionValueSource(option.attributeName()) !== "cli") return parse(value, previous);
      throw new InvalidArgumentError("It can be given only once.");
    });
  }
  command.commands.forEach(refuseSecondValues);
}

/** The words that call a command, such as `runs show`. */
export function commandWords(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${commandWords(parent)} ${command.name()}` : command.name();
}

/** The command line with all commands. What a command does is imported when it runs, so that --help is quick. */
export function createProgram(): Command {
  const program = new Command("zen")
    .description("Zero-shot neural architecture search: find image classifiers without training any.")
    .version(deno.version, "-V, --version")
    .option("--verbose", "show stacks and causes of errors", false)
    .option(
      "-C, --cwd <dir>",
      "act as if called in that folder (deno task zen names the one where it was typed)",
      within,
    )
    .hook("preAction", prepare)
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(--help shows how to call it)")
    .configureOutput({
      writeOut: (text) => print(chomped(text)),
      writeErr: (text) => note(chomped(text)),
      outputError: (text, write) => write(shortenWords(text, LONGEST_WORD)),
    })
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
      addDashboardCommand,
      addTrainCommand,
      addDistilCommand,
      addFinalistsCommand,
      addTrustCommand,
      addDataCommand,
      addEvalCommand,
      addPredictCommand,
      addExportCommand,
      addInspectCommand,
      addRunCommand,
      addVerifyCommand,
      addWeightsCommand,
      addLatencyCommand,
      addPhoneCommand,
      addDevicesCommand,
    ]
  ) add(program);
  refuseSecondValues(program);
  return program;
}
