/** The report of a measurement: its figures, and everything that they were computed from. */
import { networkNames, zooFacts } from "../../core/networks/zoo/mod.ts";
import { median } from "../../core/numeric/statistics.ts";
import { caution } from "./errors.ts";
import type { OperatorTime } from "./profile.ts";
import type { Measurement, Plan, Sample } from "./measurement.ts";
import { bootstrapInterval, medianDeviation } from "../../core/numeric/robust.ts";
import type { Fingerprint, NamedFile } from "./target.ts";

/** Changes when a field changes its meaning. */
export const REPORT_SCHEMA = "zennas.latency/1";

/** A job's latency. */
export interface JobResult {
  /** The model's file. */
  readonly model: string;
  /** Threads of the CPU. */
  readonly threads: number;
  /** Processes that count. */
  readonly counted: number;
  /** Processes that do not. */
  readonly discarded: number;
  /** Median over processes of each one's median (or average: {@link statistic}), ms; null where none counts. */
  readonly medianMs: number | null;
  /** The largest 95th percentile of a process, ms; null where the binary prints none. */
  readonly p95Ms: number | null;
  /** Median distance of the processes from the median, ms. */
  readonly madMs: number | null;
  /** 95 % bootstrap interval of the median, ms; null for fewer than three processes. */
  readonly interval95Ms: readonly [number, number] | null;
  /** What a process's number is. */
  readonly statistic: "median" | "average";
  /** The zoo's published latency on a Pixel 2 (threads and precision are not told), ms, where asked for and known. */
  readonly publishedPixel2Ms?: number | null;
}

/** A file that was part of it. */
export interface FileFacts {
  /** Its name. */
  readonly name: string;
  /** Its size. */
  readonly bytes: number;
  /** Its checksum, hex. */
  readonly sha256: string;
}

/** The content of `latency.json`. */
export interface LatencyReport {
  /** {@link REPORT_SCHEMA}. */
  readonly schema: typeof REPORT_SCHEMA;
  /** Whose numbers these are: a phone's or this host's. */
  readonly kind: Fingerprint["kind"];
  /** When the measurement began, ISO 8601. */
  readonly createdAt: string;
  /** What was measured on. */
  readonly target: Fingerprint;
  /** The program that measured; null on a host. */
  readonly binary: FileFacts | null;
  /** The models, the sentinel's too. */
  readonly models: readonly FileFacts[];
  /** How strictly it was measured. */
  readonly protocol: Omit<Plan, "jobs" | "sentinel">;
  /** The model that told whether the phone itself had changed. */
  readonly sentinel: string;
  /** One row a model and number of threads. */
  readonly results: readonly JobResult[];
  /** What a reader must know beside the numbers. */
  readonly cautions: readonly string[];
  /** Why it ended early; null if it did not. */
  readonly failure: { readonly code: string; readonly message: string; readonly printed: string | null } | null;
  /** The state before the first run. */
  readonly baseline: Measurement["baseline"];
  /** Every process, with its state before and after. */
  readonly samples: readonly (Omit<Sample, "job"> & { readonly model: string; readonly threads: number })[];
  /** Operators by model, where asked for. */
  readonly profiles: Readonly<Record<string, readonly OperatorTime[]>>;
}

/** What a report is made from. */
export interface ReportSources {
  /** What was asked for. */
  readonly plan: Plan;
  /** What came of it. */
  readonly measurement: Measurement;
  /** What was measured on. */
  readonly target: Fingerprint;
  /** The program that measured. */
  readonly binary: NamedFile | null;
  /** Operators by model. */
  readonly profiles: Readonly<Record<string, readonly OperatorTime[]>>;
  /** Whether to show the zoo's published latencies. */
  readonly comparePublished: boolean;
  /** When the measurement began. */
  readonly createdAt: Date;
}

/** The published latency of the zoo network that a file is named after, ms; null where there is none. */
export function publishedPixel2Ms(fileName: string): number | null {
  const named = networkNames.find((name) => fileName.includes(name));
  return named === undefined ? null : zooFacts(named).published.pixel2Ms;
}

function facts({ name, bytes, sha256 }: NamedFile): FileFacts {
  return { name, bytes: bytes.length, sha256 };
}

function resultOf(job: Plan["jobs"][number], { measurement, plan, comparePublished }: ReportSources): JobResult {
  const all = measurement.samples.filter((sample) => sample.job === job);
  const counted = all.filter((sample) => sample.discarded === null);
  const times = counted.map(({ latencyUs }) => latencyUs / 1000);
  const p95 = counted.map(({ output }) => output.measured.p95Us).filter((us) => us !== null);
  return {
    model: job.model.name,
    threads: job.threads,
    counted: counted.length,
    discarded: all.length - counted.length,
    medianMs: times.length > 0 ? median(times) : null,
    p95Ms: p95.length > 0 ? Math.max(...p95) / 1000 : null,
    madMs: times.length > 0 ? medianDeviation(times) : null,
    interval95Ms: bootstrapInterval(times, plan.seed),
    statistic: counted.some(({ output }) => output.measured.medianUs === null) ? "average" : "median",
    ...(comparePublished ? { publishedPixel2Ms: publishedPixel2Ms(job.model.name) } : {}),
  };
}

/** A 95 % interval wider than this share of the median is too wide to compare networks. */
const WIDE_SHARE = 0.1;

function wideIntervals(results: readonly JobResult[]): readonly string[] {
  const wide = results.filter(({ interval95Ms, medianMs }) =>
    interval95Ms !== null && interval95Ms[1] - interval95Ms[0] > WIDE_SHARE * medianMs!
  );
  return wide.map(({ model, threads }) => caution("UNSTABLE", `the interval of ${model} × ${threads} is wide`));
}

/** A caution for each model that a delegate runs in part: its time mixes the delegate's and the CPU's. */
function partlyDelegated({ samples }: Measurement): readonly string[] {
  const partial = samples.filter(({ output }) => output.delegated === "partial").map(({ job }) => job.model.name);
  return [...new Set(partial)].map((name) => caution("DELEGATE_PARTIAL", `the delegate runs a part of ${name} only`));
}

function failureOf(failure: unknown): LatencyReport["failure"] {
  if (failure === undefined) return null;
  const { code, message, data } = failure as Error & { code?: unknown; data?: Record<string, unknown> };
  const printed = data?.text ?? data?.stdout;
  return {
    code: typeof code === "string" ? code : "UNEXPECTED",
    message: message ?? `${failure}`,
    printed: printed ? `${printed}` : null,
  };
}

/** The report of a measurement. */
export function latencyReport(sources: ReportSources): LatencyReport {
  const { plan, measurement, target, binary, profiles, createdAt } = sources;
  const { jobs, sentinel, ...protocol } = plan;
  const models = new Set([...jobs, sentinel].map(({ model }) => model));
  const results = jobs.map((job) => resultOf(job, sources));
  return {
    schema: REPORT_SCHEMA,
    kind: target.kind,
    createdAt: createdAt.toISOString(),
    target,
    binary: binary && facts(binary),
    models: [...models].map(facts),
    protocol,
    sentinel: `${sentinel.model.name} × ${sentinel.threads}`,
    results,
    cautions: [...measurement.cautions, ...partlyDelegated(measurement), ...wideIntervals(results)],
    failure: failureOf(measurement.failure),
    baseline: measurement.baseline,
    samples: measurement.samples.map(({ job, ...sample }) => ({
      model: job.model.name,
      threads: job.threads,
      ...sample,
    })),
    profiles,
  };
}
