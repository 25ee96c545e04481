/** `zen runs`: searches on disk. */
import { type Command, Option } from "npm:commander@15.1.0";
import type { DeviceOptions } from "../device.ts";
import {
  deviceOption,
  imported,
  integer,
  jsonOption,
  precisionOption,
  quietOption,
  span,
  topOption,
  workersOption,
} from "../options.ts";
import { limits } from "../../core/search/settings.ts";
import { settingOption } from "../setting_options.ts";
import { addFront, FRONT_HELP } from "./runs_front.ts";
import { ALWAYS, declarePermissions, type Permissions } from "../permissions.ts";

/** What `--json` parses to. */
interface JsonOptions {
  readonly json?: boolean;
}

/** What the options of all of them but `prune` parse to. */
export interface RootOptions extends JsonOptions {
  readonly root: string;
}

/** What the options of `zen runs show` parse to. */
export interface ShowOptions extends RootOptions {
  readonly journal?: boolean;
  readonly csv?: boolean;
  readonly top?: number;
  readonly plot?: string;
}

/** What the options of `zen runs resume` parse to, beside the limits that `limitsFrom` reads. */
export interface ResumeOptions extends RootOptions, DeviceOptions {
  readonly top?: number;
  readonly quiet?: boolean;
  readonly module?: readonly string[];
  readonly timeout?: number;
  readonly acceptChange?: boolean;
}

/** What the options of `zen runs export` parse to. */
export interface ExportOptions extends RootOptions {
  readonly csv?: boolean;
}

/** What the options of `zen runs report` parse to. */
export interface ReportOptions extends RootOptions {
  readonly output: string;
}

/** What the options of `zen runs prune` parse to. */
export interface PruneOptions extends JsonOptions {
  readonly keep?: number;
  readonly keepBest?: number;
  readonly failed?: boolean;
  /** Milliseconds. */
  readonly olderThan?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const LIST = `
Example:
  zen runs list --root runs`;

const SHOW = `
--csv has a row for each proposal: its number, verdict, score with its parts, costs, seconds of searching until it was
recorded, what the verdict rests on, and the structure. Where scores are ranks in the population, a score is the one with
which the candidate entered; --top has the scores of now.

Examples:
  zen runs show zen-cifar-params1M-seed1
  zen runs show zen-cifar-params1M-seed1 --top 10
  zen runs show zen-cifar-params1M-seed1 --csv > proposals.csv
  zen runs show zen-cifar-params1M-seed1 --top 100 --csv > best.csv
  zen runs show zen-cifar-params1M-seed1 --plot search.svg
  zen runs show runs/zen-cifar-params1M-seed1 --journal --json`;

const DIFF = `
Two runs with the same settings, seed and kind of machine have the same journal. What differs is shown in settings, in
where the runs ran, and in the first proposal that is not the same.

Example:
  zen runs diff runs/mine runs/theirs --json`;

const EXPORT = `
--csv is the table of zen runs show --csv: a row a proposal of a search, or a step of a training. --json has a line for each.

Examples:
  zen runs export runs/mine --csv > proposals.csv
  zen runs export runs/mine --json > proposals.jsonl`;

const REPORT = `
The file has the views of zen dashboard, needs no other file and no network, and runs on no server.

Example:
  zen runs report runs/mine -o report.html`;

const PRUNE = `
A run is removed if it matches every rule that is given. Never removed: a run that a process is writing, a folder that is
no run or that cannot be read, and files in a run's folder that are not the run's own.

Examples:
  zen runs prune --failed --dry-run
  zen runs prune runs --older-than 30d --keep-best 1
  zen runs prune runs --keep 20 --yes --json`;

/** Adds the commands. */
export function addRunsCommand(program: Command): void {
  const runs = program.command("runs").description(
    "searches on disk: list, show, resume, diff, front, export, report, prune",
  );
  const subcommand = (name: string, help: string, text: { examples: string; permissions: Permissions }): Command =>
    declarePermissions(runs.command(name).description(help).addOption(jsonOption()), text.permissions)
      .addHelpText("after", text.examples);
  const rooted = (command: Command): Command =>
    command.option("--root <dir>", "the folder that runs are kept in", "runs");
  rooted(subcommand("list", "list the runs of a folder", { examples: LIST, permissions: { read: ALWAYS } })).action(
    imported(async () => (await import("../actions/runs.ts")).list),
  );
  addShow(rooted(subcommand("show", "show a run, also while it goes on", {
    examples: SHOW,
    permissions: { read: ALWAYS, write: "with --plot", env: "with --plot" },
  })));
  addResume(rooted(subcommand("resume", "continue a run where it ended", {
    examples: RESUME,
    permissions: { read: ALWAYS, write: ALWAYS, env: ALWAYS },
  })));
  rooted(subcommand("diff", "tell in what two runs differ", { examples: DIFF, permissions: { read: ALWAYS } }))
    .argument("<a>", "a run's folder or id").argument("<b>", "another's")
    .action(imported(async () => (await import("../actions/runs_diff.ts")).diff));
  addFront(rooted(subcommand("front", "the candidates that no other is better than in every objective", {
    examples: FRONT_HELP,
    permissions: { read: ALWAYS, write: "with --svg", env: "with --svg or --module" },
  })));
  rooted(subcommand("export", "print a run's proposals or steps", { examples: EXPORT, permissions: { read: ALWAYS } }))
    .argument("<run>", "a run's folder or id")
    .addOption(new Option("--csv", "as CSV").conflicts("json"))
    .action(imported(async () => (await import("../actions/runs_export.ts")).exportRun));
  rooted(subcommand("report", "write a run as one HTML file", {
    examples: REPORT,
    permissions: { read: ALWAYS, write: ALWAYS, env: "for its pictures" },
  }))
    .argument("<run>", "a run's folder or id")
    .requiredOption("-o, --output <file>", "the file")
    .action(imported(async () => (await import("../actions/runs_export.ts")).report));
  addPrune(subcommand("prune", "remove runs by rule", {
    examples: PRUNE,
    permissions: { read: ALWAYS, write: "without --dry-run" },
  }));
}

function addShow(command: Command): void {
  command.argument("<run>", "a run's folder or id")
    .addOption(new Option("--journal", "every proposal with its verdict").conflicts(["csv", "top"]))
    .addOption(topOption("show so many of the best candidates with their costs"))
    .addOption(new Option("--csv", "every proposal as CSV; with --top, the best candidates").conflicts("json"))
    .addOption(new Option("--plot <file>", "draw the search as SVG").conflicts(["journal", "top", "csv"]))
    .action(imported(async () => (await import("../actions/runs.ts")).show));
}

const RESUME = `
Examples:
  zen runs resume runs/mine --max-evaluations 600
  zen runs resume runs/mine --time 4h --patience 5000`;

function addResume(command: Command): void {
  command.argument("<run>", "a run's folder or id")
    .option("--accept-change", "go on where files, device, precision or version have changed, and record it");
  for (const setting of ["modules", ...limits] as const) command.addOption(settingOption(setting));
  const shared = [topOption(), deviceOption(), precisionOption(), workersOption(), quietOption()];
  for (const option of shared) command.addOption(option);
  command.action(imported(async () => (await import("../actions/runs.ts")).resume));
}

function addPrune(command: Command): void {
  const count = integer(1);
  command.argument("[root]", "the folder that runs are kept in", "runs")
    .addOption(new Option("--failed", "rule: runs in which no candidate got a score"))
    .addOption(new Option("--older-than <time>", "rule: runs written last so long ago: 90m, 12h, 30d").argParser(span))
    .addOption(new Option("--keep <count>", "rule: all but the newest <count>").argParser(count))
    .addOption(
      new Option("--keep-best <count>", "rule: all but the best <count> of each search (settings but for the seed)")
        .argParser(count),
    )
    .option("--dry-run", "list what would be removed, and remove nothing")
    .option("--yes", "do not ask")
    .action(imported(async () => (await import("../actions/runs_prune.ts")).prune));
}
