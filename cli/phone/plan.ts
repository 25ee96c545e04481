/** What `zen phone bench` is asked for, checked before anything is done. */
import { readBytes } from "../../core/io/files/read.ts";
import { readLiteFile } from "../../mobile/mod.ts";
import {
  defaultSettings,
  type Job,
  MeasurementError,
  type NamedFile,
  namedFile,
  type Plan,
} from "../../mobile/phone/mod.ts";
import type { MeasurementOptions } from "../commands/phone_bench.ts";
import { inFile, UsageError } from "../errors.ts";

/** The phone's program. Throws MeasurementError (BENCH_BINARY_MISSING), UsageError. */
export async function readBinary(path: string | undefined): Promise<NamedFile> {
  if (path === undefined) {
    throw new UsageError(
      "Cannot measure on a phone without --binary, its benchmark_model (docs/phones.md says from where)",
    );
  }
  try {
    return await namedFile(path, await readBytes(path, "program"));
  } catch (cause) {
    throw new MeasurementError("BENCH_BINARY_MISSING", `Cannot read the phone's benchmark_model: got ${path}`, {
      cause,
    });
  }
}

/** A model's file. Throws MobileError (MODEL_CORRUPT) for what is none: a phone would tell less. */
async function readModel(path: string): Promise<NamedFile> {
  const bytes = await readBytes(path, "model");
  await inFile(path, () => readLiteFile(bytes));
  return namedFile(path, bytes);
}

/** Throws UsageError for options that a measurement on this machine has no use for, and for files of one name. */
function checkOptions(
  models: readonly NamedFile[],
  { host, binary, profile, delegate, threads }: MeasurementOptions,
): void {
  const names = models.map(({ name }) => name), twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new UsageError(`Cannot tell models apart as a report names them by their files: got ${twice} twice`);
  }
  if (host && (binary !== undefined || profile || delegate !== "cpu" || threads.some((count) => count !== 1))) {
    throw new UsageError(
      "Cannot measure so with --host: it takes one CPU thread, and no --binary, --profile or --delegate",
    );
  }
}

/** What to measure, and how strictly. Throws UsageError, MobileError. */
export async function planOf(paths: readonly string[], options: MeasurementOptions): Promise<Plan> {
  const models = await Promise.all(paths.map(readModel));
  checkOptions(models, options);
  const jobs: Job[] = models.flatMap((model) => options.threads.map((threads) => ({ model, threads })));
  const sentinel = options.sentinel === undefined ? models[0]! : await readModel(options.sentinel);
  const { repeats, seed, force, delegate, runs, warmup, minSeconds } = options;
  return {
    jobs,
    sentinel: { model: sentinel, threads: options.threads[0]! },
    repeats,
    seed,
    force,
    settings: { ...defaultSettings, delegate, runs, warmupRuns: warmup, minSeconds },
    settleMs: options.host ? 0 : 1000 * options.settle,
    coolDownMs: 1000 * options.coolDown,
    driftShare: options.drift / 100,
  };
}
