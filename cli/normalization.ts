/** What pixels are normalised by, as options of the command line name it. */
import { type Command, InvalidArgumentError, Option } from "npm:commander@15.1.0";
import { type Normalization, type NormalizationName, normalizations } from "../core/images/mod.ts";
import { UsageError } from "./errors.ts";

/** What the options of {@link addPixelOptions} and `--normalize` parse to. */
export interface PixelOptions {
  readonly normalize?: NormalizationName;
  readonly range?: keyof typeof ranges;
  readonly mean?: Channels;
  readonly std?: Channels;
}

/** Red, green, blue. */
type Channels = readonly [number, number, number];

const same = (mean: number, std: number): Normalization => ({ mean: [mean, mean, mean], std: [std, std, std] });

/** What pixels from black to white become. */
const ranges = { "0..1": same(0, 1), "-1..1": same(0.5, 0.5), "0..255": same(0, 1 / 255) } as const;

function channels(text: string): Channels {
  const values = text.split(",").map(Number), [red, green = red, blue = red] = values;
  const isValid = text.trim() !== "" && (values.length === 1 || values.length === 3) && values.every(Number.isFinite);
  if (isValid) return [red!, green!, blue!];
  throw new InvalidArgumentError("It must be a number, or three with commas: 0.485,0.456,0.406.");
}

function deviations(text: string): Channels {
  const values = channels(text);
  if (values.every((value) => value > 0)) return values;
  throw new InvalidArgumentError("It must be above zero.");
}

/** Adds `--range`, `--mean` and `--std`. */
export function addPixelOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--range <range>", "what black and white become").choices(Object.keys(ranges))
        .conflicts(["normalize", "mean", "std"]),
    )
    .addOption(
      new Option("--mean <values>", "what is subtracted from pixels of 0 … 1; one number, or red,green,blue")
        .argParser(channels).conflicts("normalize"),
    )
    .addOption(new Option("--std <values>", "what they are divided by then").argParser(deviations));
}

/** A normalisation, and who said so. */
export interface ChosenNormalization {
  readonly normalization: Normalization;
  readonly source: string;
}

/** A normalisation by its name. */
export function namedNormalization(name: NormalizationName): ChosenNormalization {
  return { normalization: normalizations[name], source: name };
}

/** The normalisation that the options name; undefined where they name none. Throws UsageError. */
export function askedNormalization({ normalize, range, mean, std }: PixelOptions): ChosenNormalization | undefined {
  if ((mean === undefined) !== (std === undefined)) {
    throw new UsageError("Cannot normalise pixels by half: --mean and --std go together");
  }
  if (mean && std) return { normalization: { mean, std }, source: "--mean and --std" };
  if (range !== undefined) return { normalization: ranges[range], source: `--range ${range}` };
  return normalize && { normalization: normalizations[normalize], source: `--normalize ${normalize}` };
}

const shown = (values: Channels): string => values.map((value) => `${Number(value.toPrecision(4))}`).join(",");

/** A line about a normalisation. */
export function normalizationText({ normalization: { mean, std }, source }: ChosenNormalization): string {
  return `pixels normalised by mean ${shown(mean)}, deviation ${shown(std)} (${source})`;
}
