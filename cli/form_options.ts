/** The options that say in which form a structure becomes a network. */
import type { Command, Option } from "npm:commander@15.1.0";
import type { AskedForm } from "../core/networks/zoo/mod.ts";
import { settingOption } from "./setting_options.ts";

/** What the options of {@link addFormOptions} parse to. */
export interface FormOptions {
  readonly resolution?: number;
  readonly classes?: number;
  readonly se?: boolean;
}

/** The option of a setting whose default depends on the network. */
function withDefault(name: "resolution" | "classes" | "squeezeExcite", described: string): Option {
  const option = settingOption(name);
  option.description += ` (default: ${described})`;
  return option;
}

/** Adds `--resolution`, `--classes` and `--se`; without them a network of the zoo has the form that it was published in. */
export function addFormOptions(command: Command): Command {
  return command
    .addOption(withDefault("resolution", "the zoo network's, else 32"))
    .addOption(withDefault("classes", "the zoo network's, else 100"))
    .addOption(withDefault("squeezeExcite", "as the zoo network has it"));
}

/** The form of network that the options ask for. */
export function formOf({ resolution, classes, se }: FormOptions, residualLinks: boolean): AskedForm {
  return { resolution, classes, squeezeExcite: se, residualLinks };
}
