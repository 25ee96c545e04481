/** Options that several commands share, and the checks on their values. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { storagePrecisions } from "../core/graph/precision.ts";
import type { NetworkForm } from "../core/networks/masternet/mod.ts";
import type { FavouredSize } from "../core/scoring/mod.ts";

/** A check for an option that takes an integer of at least `minimum`. */
export function integer(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
    throw new InvalidArgumentError(`It must be an integer of at least ${minimum}.`);
  };
}

/** A number above zero, with an optional exponent (`4e8`). */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a number above zero.");
}

/** `--favoured-size`. */
export function favouredSizeOption(): Option {
  const help = "what swap:regularised favours: parameters and their spread, in millions (default: 1,1)";
  return new Option("--favoured-size <mean,spread>", help).argParser((text): FavouredSize => {
    const [mean, spread = mean, ...others] = text.split(",").map(positive);
    if (mean !== undefined && spread !== undefined && others.length === 0) return { mean, spread };
    throw new InvalidArgumentError("It must be one number above zero, or two with a comma.");
  });
}

/** `--json`, on every command. */
export function jsonOption(): Option {
  return new Option("--json", "print one JSON object a line on stdout, everything else on stderr");
}

/** `--device`. */
export function deviceOption(): Option {
  return new Option("--device <name>", "where to compute: auto, cpu, webgpu, or webgpu:<name or index>").default(
    "auto",
  );
}

/** `--precision`. */
export function precisionOption(): Option {
  const help = "how tensors are stored on a WebGPU device; sums are f32";
  return new Option("--precision <type>", help).choices(storagePrecisions).default("f32");
}

/** `--workers`. */
export function workersOption(): Option {
  return new Option("--workers <count>", "threads of the CPU backend (default: one a core)").argParser(integer(1));
}

/** What the options of {@link addFormOptions} parse to. */
export interface FormOptions {
  readonly resolution: number;
  readonly classes: number;
  readonly se: boolean;
}

/** Adds `--resolution`, `--classes` and `--se`. */
export function addFormOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--resolution <pixels>", "height and width of the input image").argParser(integer(1)).default(32),
    )
    .addOption(new Option("--classes <count>", "outputs of the classifier").argParser(integer(1)).default(100))
    .option("--se", "with squeeze-and-excitation in every super block", false);
}

/** The form of network that the options ask for. */
export function formOf(options: FormOptions, residualLinks: boolean): NetworkForm {
  return { resolution: options.resolution, classes: options.classes, squeezeExcite: options.se, residualLinks };
}

/** Adds structure arguments and `--file`. */
export function addStructureArguments(command: Command): Command {
  return command
    .argument("[structures...]", "structure strings, or names of zoo networks")
    .option("--file <path>", "read structures from a file, one a line; - reads stdin");
}
