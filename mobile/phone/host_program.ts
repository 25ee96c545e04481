/** The work of `benchmark_model` on this machine: the same flags, the same loop, the same lines of output. */
import { median } from "../../core/numeric/statistics.ts";

/** A model that can be run on this machine. */
export interface HostModel extends Disposable {
  /** One inference. */
  run(): Promise<void>;
}

/** Opens a model's bytes. */
export type OpenModel = (bytes: Uint8Array) => Promise<HostModel>;

/** The flags of {@link runBenchmark}, by name, and what they are where they are not given. */
const DEFAULTS = { graph: "", num_threads: 1, num_runs: 50, warmup_runs: 1, min_secs: 1, max_secs: 150 } as const;

type Flags = { -readonly [K in keyof typeof DEFAULTS]: (typeof DEFAULTS)[K] extends string ? string : number };

/** `--name=value` arguments, and those of an unknown name, of which the binary only warns. */
function parseFlags(args: readonly string[]): { readonly flags: Flags; readonly unknown: readonly string[] } {
  const flags: Flags = { ...DEFAULTS }, unknown: string[] = [];
  for (const arg of args) {
    const [, name, value] = /^--(\w+)=(.*)$/.exec(arg) ?? [];
    if (name === "graph") flags.graph = value!;
    else if (name !== undefined && name in DEFAULTS) flags[name as Exclude<keyof Flags, "graph">] = Number(value);
    else unknown.push(arg);
  }
  return { flags, unknown };
}

/** How long to measure. */
interface Extent {
  readonly runs: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly signal: AbortSignal | undefined;
}

/** Inferences block the event loop, so signals are let in at least this often, ms. */
const SIGNAL_CHECK_MS = 100;

/** Runs until there are enough inferences and enough time has passed; each one's time, µs. */
async function timed(model: HostModel, { runs, minSeconds, maxSeconds, signal }: Extent): Promise<readonly number[]> {
  const times: number[] = [];
  const began = performance.now();
  let heard = began;
  for (;;) {
    if (performance.now() - heard > SIGNAL_CHECK_MS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      heard = performance.now();
    }
    signal?.throwIfAborted();
    const start = performance.now(), elapsed = (start - began) / 1000;
    if ((times.length >= runs && elapsed >= minSeconds) || elapsed >= maxSeconds) return times;
    await model.run();
    times.push(1000 * (performance.now() - start));
  }
}

function countLine(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const average = times.reduce((sum, time) => sum + time, 0) / times.length;
  const deviation = Math.sqrt(times.reduce((sum, time) => sum + (time - average) ** 2, 0) / times.length);
  const share = (of: number): number => sorted[Math.min(sorted.length - 1, Math.floor(of * sorted.length))]!;
  const fields = {
    count: times.length,
    first: times[0]!,
    curr: times.at(-1)!,
    min: sorted[0]!,
    max: sorted.at(-1)!,
    avg: average,
    std: deviation,
    p5: share(0.05),
    median: median(times),
    p95: share(0.95),
  };
  return Object.entries(fields).map(([name, value]) => `${name}=${Number(value.toPrecision(6))}`).join(" ");
}

/** What {@link runBenchmark} needs beside its arguments. */
export interface BenchmarkTools {
  /** Opens the model. */
  readonly open: OpenModel;
  /** Reads its file. */
  readonly read: (path: string) => Promise<Uint8Array>;
  /** Ends it early: then it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Measures as the arguments say and returns the text that `benchmark_model` prints. */
export async function runBenchmark(
  args: readonly string[],
  { open, read, signal }: BenchmarkTools,
): Promise<string> {
  const { flags, unknown } = parseFlags(args);
  const lines = ["INFO: STARTING!"];
  if (unknown.length > 0) lines.push(`WARNING: Unconsumed cmdline flags: ${unknown.join(" ")}`);
  const bytes = await read(flags.graph);
  const began = performance.now();
  using model = await open(bytes);
  const initUs = 1000 * (performance.now() - began);
  const limits = { maxSeconds: flags.max_secs, signal };
  const warmup = await timed(model, { runs: flags.warmup_runs, minSeconds: 0, ...limits });
  const measured = await timed(model, { runs: flags.num_runs, minSeconds: flags.min_secs, ...limits });
  const mean = (times: readonly number[]): number => times.reduce((sum, time) => sum + time, 0) / times.length;
  const [warm, inference] = [mean(warmup), mean(measured)].map((us) => Number(us.toPrecision(6)));
  lines.push(
    `INFO: The input model file size (MB): ${bytes.length / 1e6}`,
    `INFO: ${countLine(warmup)}`,
    `INFO: ${countLine(measured)}`,
    `INFO: Inference timings in us: Init: ${Math.round(initUs)}, First inference: ${Math.round(warmup[0]!)}, ` +
      `Warmup (avg): ${warm}, Inference (avg): ${inference}`,
  );
  return `${lines.join("\n")}\n`;
}
