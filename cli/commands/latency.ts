/** `zen latency`: how long networks take, measured and predicted. */
import { type Command, Option } from "npm:commander@15.1.0";
import { settings } from "../../core/search/settings.ts";
import { addFormOptions, type FormOptions } from "../form_options.ts";
import { addTargetOptions, type OnOptions, targetPermissions } from "../latency/options.ts";
import { addStructureArguments, imported, integer, jsonOption, quietOption } from "../options.ts";
import { declarePermissions } from "../permissions.ts";
import { settingOption } from "../setting_options.ts";
import { addCalibrateCommand } from "./latency_calibrate.ts";
import { addPredictCommands } from "./latency_predict.ts";

/** What the options of `zen latency NAME` parse to. */
export interface MeasureOptions extends FormOptions, OnOptions {
  readonly file?: string;
  readonly repeats: number;
  readonly blockMs: number;
  readonly seed: number;
  readonly perOp: boolean;
  readonly force: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const MEASURE_EXAMPLES = `
Networks and a sentinel, a small network that is always the same, take turns in random order, each for a block of runs. A
round in which the sentinel is more than 10 % off its median is discarded. Noise is the robust standard deviation of blocks
over their median; a number with more than 5 % is not given (exit code 1), unless --force labels it.

Examples:
  zen latency zennet_cifar10_model_size05M_res32 --on cpu
  zen latency zennet_cifar10_model_size05M_res32 cifar_resnet20 --on litert --json
  zen latency cifar_resnet20 --per-op --force
  zen latency calibrate --minutes 10 -o device.json`;

function addMeasureCommand(latency: Command): void {
  const command = latency.command("measure", { isDefault: true }).description("measure networks on a device");
  addTargetOptions(addFormOptions(addStructureArguments(command)))
    .addOption(
      new Option("--repeats <count>", "blocks of each network that count").argParser(integer(1, 1000)).default(15),
    )
    .addOption(
      new Option("--block-ms <ms>", "how long a block of runs takes, at least").argParser(integer(1, 60_000)).default(
        50,
      ),
    )
    .addOption(settingOption("seed").default(settings.seed.default))
    .option("--per-op", "also the time of each operation, where the target can tell", false)
    .option("--force", "give numbers that are too noisy, too, and say so", false)
    .addOption(settingOption("modules"))
    .addOption(quietOption())
    .addOption(jsonOption());
  declarePermissions(command, targetPermissions).addHelpText("after", MEASURE_EXAMPLES)
    .action(imported(async () => (await import("../actions/latency.ts")).measure));
}

/** Adds the commands. */
export function addLatencyCommand(program: Command): void {
  const latency = program.command("latency").description(
    "latencies of networks: measure, calibrate, predict, validate",
  );
  addMeasureCommand(latency);
  addCalibrateCommand(latency);
  addPredictCommands(latency);
}
