/** The options that choose a network and its weights, and how to evaluate it. */
import type { Command } from "npm:commander@15.1.0";
import { deviceOption, jsonOption, precisionOption, quietOption, workersOption } from "../options.ts";
import { addFormOptions } from "../form_options.ts";
import { addWeightsOptions, normalizeOption } from "../weights/options.ts";

/** Adds `--weights`, `--pretrained`, `--checkpoints`, those of the form, and those of the device. */
export function addSubjectOptions(command: Command): Command {
  return addFormOptions(addWeightsOptions(command))
    .option("--no-reslink", "without residual links")
    .addOption(normalizeOption())
    .addOption(deviceOption())
    .addOption(precisionOption())
    .addOption(workersOption())
    .addOption(quietOption())
    .addOption(jsonOption());
}
