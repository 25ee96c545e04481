/** `zen runs`: searches on disk. */
import type { Command } from "commander";
import type { DeviceOptions } from "../device.ts";
import { deviceOption, imported, jsonOption, precisionOption, workersOption } from "../options.ts";
import { settingOption } from "../setting_options.ts";

/** What the options of all of them parse to. */
export interface RootOptions {
  readonly root: string;
  readonly json?: boolean;
}

/** What the options of `zen runs show` parse to. */
export interface ShowOptions extends RootOptions {
  readonly journal?: boolean;
}

/** What the options of `zen runs resume` parse to. */
export interface ResumeOptions extends RootOptions, DeviceOptions {
  readonly maxProposals?: number;
  readonly maxEvaluations?: number;
  readonly module?: readonly string[];
}

/** Adds the commands. */
export function addRunsCommand(program: Command): void {
  const runs = program.command("runs").description("searches on disk: list, show, resume");
  const subcommand = (name: string, help: string, example: string): Command =>
    runs.command(name).description(help)
      .option("--root <dir>", "the folder that runs are kept in", "runs")
      .addOption(jsonOption())
      .addHelpText("after", `\nExample:\n  ${example}`);
  subcommand("list", "list the runs of a folder", "zen runs list --root runs").action(
    imported(async () => (await import("../actions/runs.ts")).list),
  );
  subcommand(
    "show",
    "show a run, also while it goes on",
    "zen runs show runs/zen-cifar-params1M-seed1 --journal --json",
  )
    .argument("<run>", "a run's folder or id")
    .option("--journal", "every proposal with its verdict")
    .action(imported(async () => (await import("../actions/runs.ts")).show));
  const resume = subcommand(
    "resume",
    "continue a run where it ended",
    "zen runs resume runs/mine --max-evaluations 600",
  )
    .argument("<run>", "a run's folder or id");
  const limits = [settingOption("maxProposals"), settingOption("maxEvaluations")];
  for (const option of [settingOption("modules"), ...limits, deviceOption(), precisionOption(), workersOption()]) {
    resume.addOption(option);
  }
  resume.action(imported(async () => (await import("../actions/runs.ts")).resume));
}
