/** Options that several commands share, and the checks on their values. */
import { type Command, InvalidArgumentError, Option } from "npm:commander@15.1.0";
import { storagePrecisions } from "../core/graph/precision.ts";

/** A check for an option that takes an integer of at least `least` and, if given, at most `most`. */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be an integer ${bounds}.`);
  };
}

/** The longest time to wait, in seconds; timers end at 2³¹ ms. */
export const DAY_SECONDS = 86_400;

/** A number above zero, with an optional exponent (`4e8`). */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a number above zero.");
}

/**
 * An action that is imported when its command runs. Declarations of commands import little, so that `--help` is quick;
 * actions import what they need at their head.
 */
export function imported<Args extends unknown[]>(
  action: () => Promise<(...args: Args) => void | Promise<void>>,
): (...args: Args) => Promise<void> {
  return async (...args) => await (await action())(...args);
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

/** `--fill`. */
export function fillOption(): Option {
  return new Option("--fill <rule>", "weights and inputs: gaussian draws, or the published filling rule")
    .choices(["gaussian", "reference"]).default("gaussian");
}

/** The most threads: each has memory of its own, and more than one a core gain nothing. */
const MOST_WORKERS = Math.max(64, navigator.hardwareConcurrency);

/** `--workers`. */
export function workersOption(): Option {
  return new Option("--workers <count>", "threads of the CPU backend (default: one a core)")
    .argParser(integer(1, MOST_WORKERS));
}

/** Adds structure arguments and `--file`. */
export function addStructureArguments(command: Command): Command {
  return command
    .argument("[structures...]", "structure strings, or names of zoo networks")
    .option("--file <path>", "read structures from a file, one a line; - reads stdin");
}

/** `--quiet`. */
export function quietOption(): Option {
  return new Option("-q, --quiet", "no progress on stderr");
}

/** `--top`. */
export function topOption(help = "also print so many of the best candidates with their costs"): Option {
  return new Option("--top <count>", help).argParser(integer(1));
}

const SPAN_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The milliseconds of a whole number of minutes, hours or days: `90m`, `12h`, `30d`. */
export function span(text: string): number {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (count !== undefined && Number(count) > 0) return Number(count) * SPAN_MS[unit!]!;
  throw new InvalidArgumentError("It must be minutes, hours or days, such as 90m, 12h or 30d.");
}
