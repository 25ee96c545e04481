/** The options that say in which form a structure becomes a network. */
import type { Command } from "commander";
import type { NetworkForm } from "../core/networks/masternet/mod.ts";
import { settings } from "../core/search/settings.ts";
import { settingOption } from "./setting_options.ts";

/** What the options of {@link addFormOptions} parse to. */
export interface FormOptions {
  readonly resolution: number;
  readonly classes: number;
  readonly se: boolean;
}

/** Adds `--resolution`, `--classes` and `--se`. */
export function addFormOptions(command: Command): Command {
  return command
    .addOption(settingOption("resolution").default(32))
    .addOption(settingOption("classes").default(100))
    .addOption(settingOption("squeezeExcite").default(settings.squeezeExcite.default));
}

/** The form of network that the options ask for. */
export function formOf(options: FormOptions, residualLinks: boolean): NetworkForm {
  return { resolution: options.resolution, classes: options.classes, squeezeExcite: options.se, residualLinks };
}
