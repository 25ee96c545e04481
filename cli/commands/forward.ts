/** `zen forward`: the logits of a network in inference mode, to compare implementations. */
import type { Command } from "npm:commander@15.1.0";
import type { Fill } from "../../core/networks/parameters.ts";
import type { DeviceOptions } from "../device.ts";
import { addFormOptions, type FormOptions } from "../form_options.ts";
import {
  addStructureArguments,
  deviceOption,
  fillOption,
  imported,
  jsonOption,
  precisionOption,
  workersOption,
} from "../options.ts";
import { settings } from "../../core/search/settings.ts";
import { addWeightsOptions, type WeightsOptions } from "../weights/options.ts";
import { settingOption } from "../setting_options.ts";
import { ALWAYS, declarePermissions, FOR_A_GPU, forWeights } from "../permissions.ts";

/** What the command's options parse to. */
export interface ForwardOptions extends FormOptions, WeightsOptions, DeviceOptions {
  readonly file?: string;
  readonly json?: boolean;
  readonly batch: number;
  readonly seed: number;
  readonly fill: Fill;
  readonly reslink: boolean;
}

const EXAMPLES = `
Without --weights and --pretrained parameters are filled as --fill says; images always are.

Examples:
  zen forward zennet_cifar10_model_size1M_res32 --classes 10 --batch 2 --fill reference --json
  zen forward cifar_resnet20 --weights resnet20.th --fill reference`;

/** Adds the command. */
export function addForwardCommand(program: Command): void {
  const command = program.command("forward").description("run a network once in inference mode and print its logits");
  addFormOptions(addWeightsOptions(addStructureArguments(command)))
    .addOption(settingOption("batch").default(1))
    .addOption(settingOption("seed").default(settings.seed.default))
    .addOption(fillOption())
    .option("--no-reslink", "without residual links")
    .addOption(settingOption("modules"))
    .addOption(deviceOption())
    .addOption(precisionOption())
    .addOption(workersOption())
    .addOption(jsonOption());
  declarePermissions(command, { ...forWeights, read: ALWAYS, env: `${FOR_A_GPU}, or --pretrained` })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/forward.ts")).runForward));
}
