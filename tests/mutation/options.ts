/** The command line's options. */
import { Command, InvalidArgumentError, Option } from "commander";

/** What the options parse to. */
export interface Options {
  readonly sample?: number;
  readonly seed: number;
  readonly paths?: readonly string[];
  readonly changed?: string;
  readonly list: boolean;
  /** How many mutants are tried at once. */
  readonly workers: number;
  /** Seconds of tests for one mutant. */
  readonly budget: number;
  readonly output?: string;
  readonly resume?: string;
}

const HELP = `
A mutant is a change of one operator, bound, constant, condition or call. Numbers below 10 become the next one, those
below 100 become 0, others are doubled; durations (…_MS, …Ms) stay. A mutant is caught when a test that runs its line
fails. The first run measures which tests run which lines; later ones measure only the tests whose files changed.
Survivors that no test should catch are listed in tests/mutation/accepted.json: path, within, before and after as the
results have them, and the reason.

Examples:
  deno task mutate --sample 100 --seed 1 -o runs/mutants.jsonl
  deno task mutate --sample 100 --seed 1 --resume runs/mutants.jsonl
  deno task mutate --changed main
  deno task mutate --paths core/search,cli --list`;

function integer(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
    throw new InvalidArgumentError(`It must be an integer of at least ${minimum}.`);
  };
}

/** The command, which throws a CommanderError rather than exit. */
export function createCommand(): Command {
  return new Command("mutate")
    .description("Change the product's code in one place at a time and report what no test notices.")
    .addOption(new Option("--sample <count>", "try this many mutants, drawn by the seed").argParser(integer(1)))
    .addOption(
      new Option("--seed <number>", "which mutants are drawn, and their order").argParser(integer(0)).default(0),
    )
    .addOption(
      new Option("--paths <paths>", "only these folders or files, with commas").argParser((text) => text.split(",")),
    )
    .option("--changed <revision>", "only lines that changed since a revision of git")
    .option("--list", "print the mutants and try none", false)
    .addOption(new Option("--workers <count>", "mutants tried at once").argParser(integer(1)).default(2))
    .addOption(new Option("--budget <seconds>", "time for the tests of one mutant").argParser(integer(1)).default(60))
    .addOption(new Option("-o, --output <file>", "keep the results, a line of JSON each").conflicts("resume"))
    .option("--resume <file>", "go on with results that --output kept")
    .addHelpText("after", HELP)
    .exitOverride();
}
