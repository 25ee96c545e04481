/** Reads what TensorFlow Lite's `benchmark_model` prints (its stats_calculator.h and benchmark_model.cc). */
import { MeasurementError } from "./errors.ts";

/** Times of several inferences, µs; null where the binary does not print one. */
export interface Distribution {
  /** How many inferences. */
  readonly count: number;
  /** The first one. */
  readonly firstUs: number;
  /** The shortest. */
  readonly minUs: number;
  /** The longest. */
  readonly maxUs: number;
  /** Their mean. */
  readonly avgUs: number;
  /** Their standard deviation. */
  readonly stdUs: number;
  /** Their 5th percentile. */
  readonly p5Us: number | null;
  /** Their median. */
  readonly medianUs: number | null;
  /** Their 95th percentile. */
  readonly p95Us: number | null;
}

/** What a process measured. */
export interface BenchmarkOutput {
  /** Inferences before those that count. */
  readonly warmup: Distribution;
  /** Inferences that count. */
  readonly measured: Distribution;
  /** Time to load the model, µs. */
  readonly initUs: number;
  /** Whether a delegate took the whole graph; null where the binary says nothing. */
  readonly delegated: "complete" | "partial" | null;
  /** Peak of its memory, MB, where it was asked for. */
  readonly peakMemoryMb: number | null;
}

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const FIELD = new RegExp(String.raw`(\w+)=(${NUMBER})`, "gi");
/** Lines of newer builds begin with `INFO: `. */
const COUNT_LINE = /^(?:INFO: )?(count=\d.*)$/gm;
const TIMINGS = new RegExp(String.raw`\bInit: (${NUMBER}),.* Inference \(avg\): (${NUMBER})`);
const OLD_TIMINGS = new RegExp(String.raw`Warmup: ${NUMBER}, Init: (${NUMBER}), Inference: (${NUMBER})`, "i");

/** A line `count=… first=… …`; a single value, or many that are all the same, come as `curr=` alone. */
function distribution(line: string): Distribution {
  const fields = Object.fromEntries([...line.matchAll(FIELD)].map(([, name, value]) => [name!, Number(value)]));
  const { count = 0, curr } = fields;
  const value = (name: string): number | null => fields[name] ?? null;
  const same = curr ?? NaN;
  const flat = fields.avg === undefined;
  return {
    count,
    firstUs: fields.first ?? same,
    minUs: fields.min ?? same,
    maxUs: fields.max ?? same,
    avgUs: fields.avg ?? same,
    stdUs: fields.std ?? 0,
    p5Us: flat ? same : value("p5"),
    medianUs: flat ? same : value("median"),
    p95Us: flat ? same : value("p95"),
  };
}

function unreadable(text: string, what: string): MeasurementError {
  return new MeasurementError("BENCH_OUTPUT", `Cannot read what benchmark_model printed as ${what}`, {
    data: { text },
  });
}

function delegatedOf(text: string): BenchmarkOutput["delegated"] {
  if (/completely executed by the delegate/.test(text)) return "complete";
  return /partially executed by the delegate/.test(text) ? "partial" : null;
}

/**
 * Reads a whole run's output. Throws MeasurementError: BENCH_OUTPUT with the text in `data`, BENCH_TOO_FEW_RUNS where fewer
 * inferences than `runs` were measured.
 */
export function parseBenchmark(text: string, runs: number): BenchmarkOutput {
  const lines = [...text.replaceAll("\r", "").matchAll(COUNT_LINE)].map(([, line]) => line!);
  if (lines.length < 2) {
    throw unreadable(text, `the lines of warm-up and measurement must be there: got ${lines.length}`);
  }
  const timings = TIMINGS.exec(text) ?? OLD_TIMINGS.exec(text);
  if (!timings) throw unreadable(text, "the line of timings, its last, is missing");
  const [warmup, measured] = [distribution(lines[0]!), distribution(lines.at(-1)!)];
  if (measured.count < runs) {
    const message = `Cannot trust a measurement as ${runs} inferences were asked for: got ${measured.count}`;
    throw new MeasurementError("BENCH_TOO_FEW_RUNS", message, { data: { text, count: measured.count, runs } });
  }
  if (!(measured.avgUs > 0)) throw unreadable(text, `times are above zero: got ${measured.avgUs}`);
  const peak = new RegExp(String.raw`Overall peak memory footprint.*: (${NUMBER})`, "i").exec(text);
  return {
    warmup,
    measured,
    initUs: Number(timings[1]),
    delegated: delegatedOf(text),
    peakMemoryMb: peak ? Number(peak[1]) : null,
  };
}
