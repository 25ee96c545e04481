/** The flags of TensorFlow Lite's `benchmark_model`, typed. */

/** What runs the operators: XNNPACK on the CPU, the GPU delegate, Android's NNAPI. */
export const delegates = ["cpu", "gpu", "nnapi"] as const;

/** A delegate's name. */
export type DelegateName = (typeof delegates)[number];

/** How one process measures. */
export interface RunSettings {
  /** What runs the operators. */
  readonly delegate: DelegateName;
  /** Measured inferences, at least. */
  readonly runs: number;
  /** Inferences before them. */
  readonly warmupRuns: number;
  /** How long to measure at least, s. */
  readonly minSeconds: number;
  /** How long to measure at most, s. */
  readonly maxSeconds: number;
}

/** MOBILE settings of a single-image latency: 100 inferences and 2 s at least, after 10 to warm up. */
export const defaultSettings: RunSettings = {
  delegate: "cpu",
  runs: 100,
  warmupRuns: 10,
  minSeconds: 2,
  maxSeconds: 150,
};

/** What a process measures. */
export interface RunFlags extends RunSettings {
  /** The model's path. */
  readonly graph: string;
  /** Threads. */
  readonly threads: number;
  /** Whether to time each operator, which slows the run down. */
  readonly profile?: boolean;
}

/** The arguments, in the binary's own words. Unset flags keep its defaults. */
export function toArguments(flags: RunFlags): readonly string[] {
  const values: Readonly<Record<string, string | number | boolean>> = {
    graph: flags.graph,
    num_threads: flags.threads,
    num_runs: flags.runs,
    warmup_runs: flags.warmupRuns,
    min_secs: flags.minSeconds,
    max_secs: flags.maxSeconds,
    ...(flags.delegate === "gpu" ? { use_gpu: true } : {}),
    ...(flags.delegate === "nnapi" ? { use_nnapi: true } : {}),
    ...(flags.profile ? { enable_op_profiling: true } : {}),
  };
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}
