/** `zen latency predict` and `validate`: what an artefact predicts, and whether that holds. */
import { type Command, Option } from "npm:commander@15.1.0";
import { targetPermissions } from "../latency/options.ts";
import { imported, integer, jsonOption, quietOption } from "../options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";
import { settingOption } from "../setting_options.ts";

/** What the options of `zen latency predict` parse to. */
export interface PredictOptions {
  readonly file?: string;
  readonly classes?: number;
  readonly se?: boolean;
  readonly json?: boolean;
}

/** What the options of `zen latency validate` parse to. */
export interface ValidateOptions {
  readonly networks: number;
  readonly repeats: number;
  readonly blockMs: number;
  readonly seed?: number;
  readonly force: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const PREDICT_EXAMPLES = `
The resolution and the batch are those of the artefact.

Examples:
  zen latency predict device.json zennet_cifar10_model_size05M_res32
  zen latency predict device.json --file structures.txt --classes 100 --json`;

const VALIDATE_EXAMPLES = `
Networks are drawn as for the calibration, with another seed, and measured on the same target.

Example:
  zen latency validate device.json --networks 10 --json`;

/** Adds the commands. */
export function addPredictCommands(latency: Command): void {
  const predict = latency.command("predict").description("predict latencies by an artefact, without the device")
    .argument("<artefact>", "what zen latency calibrate wrote")
    .argument("[structures...]", "structure strings, or names of zoo networks")
    .option("--file <path>", "read structures from a file, one a line; - reads stdin")
    .addOption(settingOption("classes"))
    .addOption(settingOption("squeezeExcite"))
    .addOption(settingOption("modules"))
    .addOption(jsonOption());
  declarePermissions(predict, { read: ALWAYS }).addHelpText("after", PREDICT_EXAMPLES)
    .action(imported(async () => (await import("../actions/latency_predict.ts")).predict));
  const validate = latency.command("validate").description("measure fresh networks and compare with predictions")
    .argument("<artefact>", "what zen latency calibrate wrote")
    .addOption(new Option("--networks <count>", "how many").argParser(integer(2, 1000)).default(10))
    .addOption(new Option("--repeats <count>", "blocks of each that count").argParser(integer(2, 1000)).default(9))
    .addOption(
      new Option("--block-ms <ms>", "how long a block takes, at least").argParser(integer(1, 60_000)).default(60),
    )
    .addOption(settingOption("seed"))
    .option("--force", "also on another device than that of the calibration", false)
    .addOption(settingOption("modules"))
    .addOption(quietOption())
    .addOption(jsonOption());
  declarePermissions(validate, targetPermissions).addHelpText("after", VALIDATE_EXAMPLES)
    .action(imported(async () => (await import("../actions/latency_predict.ts")).validate));
}
