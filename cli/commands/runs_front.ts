/** `zen runs front`: the front of a search with several objectives. */
import { type Command, InvalidArgumentError, Option } from "npm:commander@15.1.0";
import { imported } from "../options.ts";
import { settingOption } from "../setting_options.ts";

/** What the options of `zen runs front` parse to. */
export interface FrontOptions {
  readonly root: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly svg?: string;
  readonly hypervolume?: boolean;
  readonly reference?: readonly number[];
  readonly objectives?: readonly string[];
}

/** What `--help` says at its end. */
export const FRONT_HELP = `
A candidate is in the front if no other one is at least as good in every objective and better in one. Without --objectives they
are the run's own, or score and -params. Any run has a front: scores of proxies come from its journal, costs are counted.

The hypervolume is the measure of what the front dominates up to a reference point: the worst value of each objective among all
candidates of the run, or --reference, with which runs can be compared. It is in the product of the objectives' units.

Examples:
  zen runs front runs/mine
  zen runs front runs/mine --svg front.svg
  zen runs front runs/mine --objectives score,-flops --csv > front.csv
  zen runs front runs/mine --hypervolume --reference 0,1e6
  zen runs front runs/mine --json`;

function numbers(text: string): readonly number[] {
  const values = text.split(",").map((one) => one.trim() === "" ? NaN : Number(one));
  if (values.every(Number.isFinite)) return values;
  throw new InvalidArgumentError("It must be numbers with commas, one an objective.");
}

/** Adds what the command takes. */
export function addFront(command: Command): void {
  command.argument("<run>", "a run's folder or id")
    .addOption(settingOption("objectives"))
    .addOption(settingOption("modules"))
    .addOption(new Option("--csv", "the front as CSV; with --hypervolume, its course").conflicts("json"))
    .addOption(new Option("--svg <file>", "draw it").conflicts("csv"))
    .option("--hypervolume", "how the front grew")
    .addOption(new Option("--reference <values>", "up to where the hypervolume is measured").argParser(numbers))
    .action(imported(async () => (await import("../actions/runs_front.ts")).front));
}
