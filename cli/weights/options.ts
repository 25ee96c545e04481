/** The options that name trained weights, and what pixels were normalised by when they were trained. */
import { type Command, Option } from "npm:commander@15.1.0";

/** What the options of {@link addWeightsOptions} parse to. */
export interface WeightsOptions {
  readonly weights?: string;
  readonly pretrained?: boolean;
  readonly checkpoints?: string;
}

/** Adds `--weights`, `--pretrained` and `--checkpoints`. */
export function addWeightsOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--weights <file>", "trained weights: a .pt, .pth, .th or .safetensors file").conflicts("pretrained"),
    )
    .option("--pretrained", "the published weights of a network of Zen-NAS's, fetched once")
    .option("--checkpoints <where>", "with --pretrained: a folder that holds them, or a mirror's URL");
}

/** `--normalize`. */
export function normalizeOption(): Option {
  const help = "what pixels are normalised by (default: the network's, else the data set's)";
  return new Option("--normalize <name>", help).choices(["imagenet", "cifar"]);
}
