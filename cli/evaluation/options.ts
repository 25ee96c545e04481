/** The options that choose a network and its weights. */
import { type Command, Option } from "commander";
import { deviceOption, jsonOption, precisionOption, quietOption, workersOption } from "../options.ts";
import { addFormOptions } from "../form_options.ts";

/** Adds `--weights`, `--pretrained`, `--checkpoints`, those of the form, and those of the device. */
export function addSubjectOptions(command: Command): Command {
  return addFormOptions(
    command
      .addOption(
        new Option("--weights <file>", "trained weights: a .pt, .pth, .th or .safetensors file").conflicts(
          "pretrained",
        ),
      )
      .option("--pretrained", "the published weights of a network of Zen-NAS's, fetched once")
      .option("--checkpoints <where>", "with --pretrained: a folder that holds them, or a mirror's URL"),
  )
    .option("--no-reslink", "without residual links")
    .addOption(
      new Option("--normalize <name>", "what pixels are normalised by (default: the network's, else the data set's)")
        .choices(["imagenet", "cifar"]),
    )
    .addOption(deviceOption())
    .addOption(precisionOption())
    .addOption(workersOption())
    .addOption(quietOption())
    .addOption(jsonOption());
}
