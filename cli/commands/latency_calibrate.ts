/** `zen latency calibrate`: measures a device and fits what predicts it. */
import { type Command, InvalidArgumentError, Option } from "npm:commander@15.1.0";
import { settings } from "../../core/search/settings.ts";
import type { OneOrMore } from "../../core/search/config.ts";
import { addTargetOptions, type OnOptions, targetPermissions } from "../latency/options.ts";
import { imported, integer, jsonOption, positive, quietOption } from "../options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";
import { settingOption } from "../setting_options.ts";

/** What the options parse to. */
export interface CalibrateOptions extends OnOptions {
  readonly out: string;
  readonly minutes: number;
  readonly resolution: number;
  readonly space: string;
  readonly init?: OneOrMore;
  readonly classes?: number;
  readonly maxMacs?: number;
  readonly kernels: number;
  readonly networks: number;
  readonly prior?: string;
  readonly seed: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Kernels and whole networks are drawn from the search space and measured between runs of a sentinel, in random order. Every
fourth network is left out of the fit, to tell how well it predicts. Measurements are kept in a journal beside the artefact:
after Ctrl-C the same command goes on, also with more --minutes. Defaults of --init and --classes are those of the published
searches for the resolution.

Examples:
  zen latency calibrate --on cpu --resolution 32 --space XXBL --minutes 10 -o device.json
  zen latency calibrate --on litert --resolution 224 --minutes 20 --max-macs 5e8 -o litert.json --json`;

const most = 20_000;

function minutes(text: string): number {
  const value = positive(text);
  if (value <= 24 * 60) return value;
  throw new InvalidArgumentError("It must be at most a day.");
}

/** Adds the command. */
export function addCalibrateCommand(latency: Command): void {
  const command = latency.command("calibrate").description("measure a device and fit a model that predicts it");
  addTargetOptions(command)
    .requiredOption("-o, --out <file>", "the artefact, JSON")
    .addOption(
      new Option("--minutes <count>", "how long to measure, all sessions together").argParser(minutes).default(10),
    )
    .addOption(settingOption("resolution").default(32))
    .addOption(settingOption("space").default("XXBL"))
    .addOption(settingOption("initialStructure"))
    .addOption(settingOption("classes"))
    .addOption(new Option("--max-macs <count>", "the most multiply-adds of a network").argParser(positive))
    .addOption(new Option("--kernels <count>", "kernels at most; 0 for none").argParser(integer(0, most)).default(3000))
    .addOption(new Option("--networks <count>", "networks at most").argParser(integer(14, most)).default(40))
    .option("--prior <file>", "the artefact of another device, for kernels where none can be measured")
    .addOption(settingOption("seed").default(settings.seed.default))
    .addOption(settingOption("modules"))
    .addOption(quietOption())
    .addOption(jsonOption());
  declarePermissions(command, { ...targetPermissions, write: ALWAYS }).addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/latency_calibrate.ts")).calibrateDevice));
}
