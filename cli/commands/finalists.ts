/** `zen finalists`: trains a search's best and others beside them, to see whether its scores told the truth. */
import { type Command, Option } from "npm:commander@15.1.0";
import { imported, integer } from "../options.ts";
import { ALWAYS, declarePermissions, FOR_A_GPU } from "../permissions.ts";
import { addTrainingOptions, type TrainOptions } from "./train.ts";

/** What the command's options parse to, beside the settings that `trainSettingsFrom` reads. */
export interface FinalistsOptions extends TrainOptions {
  readonly top: number;
  readonly random: number;
  readonly largest: number;
  readonly seeds: number;
  readonly seed?: number;
  readonly dryRun?: boolean;
}

const EXAMPLES = `
Everyone is trained by the same settings: the search's best, random candidates within its budgets, and those that the number
of parameters or of FLOPs alone would pick of all that it scored. Each seed of each is a training in RUN/finalists; the same
command goes on after Ctrl-C or a crash, and what is finished is not trained again. A table and RUN/finalists/finalists.svg
compare accuracies with the search's scores.

Examples:
  zen finalists runs/zen-cifar-params1M-seed1 --data cifar10 --dry-run
  zen finalists runs/zen-cifar-params1M-seed1 --data cifar10 --top 5 --random 5 --seeds 3 --preset cifar-quick`;

/** Adds the command. */
export function addFinalistsCommand(program: Command): void {
  const command = program.command("finalists")
    .description("train a search's best candidates beside random and merely large ones")
    .argument("<run>", "the folder of a search")
    .addOption(new Option("--top <count>", "the search's best").argParser(integer(1)).default(5))
    .addOption(new Option("--random <count>", "random candidates within its budgets").argParser(integer(0)).default(5))
    .addOption(
      new Option("--largest <count>", "those with the most parameters, and as many with the most FLOPs")
        .argParser(integer(0)).default(1),
    )
    .addOption(new Option("--seeds <count>", "trainings of each, from --seed on").argParser(integer(1)).default(1))
    .option("--dry-run", "only list who would be trained, and what it costs");
  declarePermissions(addTrainingOptions(command, { taught: false, own: false }), {
    ...{ read: ALWAYS, write: ALWAYS, env: FOR_A_GPU, ffi: "for images in files" },
  }).addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/finalists.ts")).finalists));
}
