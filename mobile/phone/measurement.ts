/**
 * Measures latencies so that two people get the same. A phone that is hot, throttled or nearly empty is refused. A sample
 * is a process, not an inference. Each round runs every model and a sentinel once, in random order, each when the phone is
 * cool. A sample during which the phone's state changed is made again, and so is a round whose sentinel drifted.
 */
import { Random } from "../../core/numeric/random.ts";
import { median } from "../../core/numeric/statistics.ts";
import { caution, diagnose, MeasurementError } from "./errors.ts";
import { cautions, changeBetween, objections } from "./fitness.ts";
import type { RunSettings } from "./flags.ts";
import { type BenchmarkOutput, parseBenchmark } from "./parse.ts";
import type { DeviceState } from "./state.ts";
import type { Clock, Job, MeasurementTarget } from "./target.ts";

/** What to measure, and how strictly. */
export interface Plan {
  /** What is compared. */
  readonly jobs: readonly Job[];
  /** The model that tells whether the phone itself has changed. */
  readonly sentinel: Job;
  /** Processes per job that must count. */
  readonly repeats: number;
  /** How one process measures. */
  readonly settings: RunSettings;
  /** Seed of the order. */
  readonly seed: number;
  /** Measures on a hot, throttled or empty phone all the same. */
  readonly force: boolean;
  /** How long a quieted phone rests before the first run, ms. */
  readonly settleMs: number;
  /** How long to wait at most for a phone to cool down, ms. */
  readonly coolDownMs: number;
  /** How far the sentinel may be off its median, as a share. */
  readonly driftShare: number;
}

/** One process. */
export interface Sample {
  /** What it measured. */
  readonly job: Job;
  /** Whether it was the sentinel's. */
  readonly sentinel: boolean;
  /** The round that it belongs to, from 0. */
  readonly round: number;
  /** When it began, ms since 1970. */
  readonly startedMs: number;
  /** The state before it. */
  readonly before: DeviceState;
  /** The state after it. */
  readonly after: DeviceState;
  /** What it printed, read. */
  readonly output: BenchmarkOutput;
  /** What it printed. */
  readonly text: string;
  /** Median of its inferences, µs; their average where the binary prints no median. */
  readonly latencyUs: number;
  /** Why it does not count; null if it does. */
  discarded: string | null;
}

/** What came of a plan. A failure keeps the samples before it. */
export interface Measurement {
  /** All processes, in order, those that do not count too. */
  readonly samples: readonly Sample[];
  /** The state before the first run; null where not even that was reached. */
  readonly baseline: DeviceState | null;
  /** What a reader must know beside the numbers. */
  readonly cautions: readonly string[];
  /** Why it ended early. */
  readonly failure: unknown;
}

/** What a measurement needs beside a plan. */
export interface MeasurementContext {
  /** Time. */
  readonly clock: Clock;
  /** Ends the measurement; what was measured is kept. */
  readonly signal?: AbortSignal;
  /** Told what happens, for a person who waits. */
  readonly onProgress?: (line: string) => void;
  /** Run on the quieted target after the last sample, such as a profile. */
  readonly afterwards?: () => Promise<void>;
}

/** How often a phone that cools down is looked at, ms. */
const COOLING_POLL_MS = 5_000;
/** A phone is cool while its battery is at most this much warmer than at the beginning, °C. */
const COOL_MARGIN_CELSIUS = 1;
/** Attempts at one sample before the phone counts as unstable. */
const ATTEMPTS = 5;

/** A plan that is being carried out. */
class Session {
  /** All processes, in order, those that do not count too. */
  readonly samples: Sample[] = [];
  readonly cautions: string[] = [];
  baseline: DeviceState | null = null;
  readonly #target: MeasurementTarget;
  readonly #plan: Plan;
  readonly #context: MeasurementContext;
  /** The sentinel's latency in each round before, µs; in rounds that drifted too. */
  readonly #sentinelsUs: number[] = [];

  constructor(
    target: MeasurementTarget,
    { plan, context }: { readonly plan: Plan; readonly context: MeasurementContext },
  ) {
    this.#target = target;
    this.#plan = plan;
    this.#context = context;
  }

  #cores(): readonly number[] {
    return this.#target.coresFor(Math.max(...this.#plan.jobs.map(({ threads }) => threads)));
  }

  /** Refuses a phone that is not fit, unless forced: then the report says so. */
  #admit(state: DeviceState): void {
    const found = objections(state, this.#cores());
    if (found.length > 0 && !this.#plan.force) throw found[0]!;
    this.cautions.push(...found.map(({ message }) => `forced: ${message}`), ...cautions(state));
  }

  /** Waits until the phone is as cool as it was, and not throttled. */
  async #coolDown(cpus: readonly number[]): Promise<DeviceState> {
    const { clock, signal, onProgress } = this.#context;
    const limit = clock.now() + this.#plan.coolDownMs;
    const most = (this.baseline?.batteryCelsius ?? Infinity) + COOL_MARGIN_CELSIUS;
    for (;;) {
      const state = await this.#target.readState();
      const found = this.#plan.force ? [] : objections(state, cpus);
      if (found.length === 0 && (state.batteryCelsius ?? -Infinity) <= most) return state;
      if (found.some(({ code }) => code === "BATTERY_LOW")) throw found[0]!;
      if (clock.now() >= limit) {
        const why = found[0]?.message ?? `it must cool down to ${most} °C: got ${state.batteryCelsius} °C`;
        throw new MeasurementError("COOLDOWN_TIMEOUT", `Cannot go on after ${this.#plan.coolDownMs / 1000} s: ${why}`, {
          data: { state },
        });
      }
      onProgress?.(`cooling down: ${state.batteryCelsius ?? "?"} °C, thermal status ${state.thermalStatus ?? "?"}`);
      await clock.sleep(COOLING_POLL_MS, signal);
    }
  }

  async #sample(job: Job, round: number): Promise<Sample> {
    const cpus = this.#target.coresFor(job.threads);
    const before = await this.#coolDown(cpus);
    const startedMs = this.#context.clock.now();
    const { settings } = this.#plan;
    const run = await this.#target.run(job, { ...settings, signal: this.#context.signal });
    const error = diagnose(run);
    if (error) throw error;
    const output = parseBenchmark(run.text, settings.runs);
    const after = await this.#target.readState();
    const latencyUs = output.measured.medianUs ?? output.measured.avgUs;
    const discarded = changeBetween(before, after, cpus) ?? null;
    const sentinel = job === this.#plan.sentinel;
    return { job, sentinel, round, startedMs, before, after, output, text: run.text, latencyUs, discarded };
  }

  /** Makes samples until one counts; those that do not are kept, marked as discarded. */
  async #counted(job: Job, round: number): Promise<Sample> {
    const { onProgress, signal } = this.#context;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      signal?.throwIfAborted();
      const sample = await this.#sample(job, round);
      this.samples.push(sample);
      const shown = `${(sample.latencyUs / 1000).toFixed(3)} ms`;
      const name = `${sample.sentinel ? "sentinel " : ""}${job.model.name} × ${job.threads}`;
      onProgress?.(`${name}: ${sample.discarded ? `discarded, ${sample.discarded}` : shown}`);
      if (!sample.discarded) return sample;
    }
    throw new MeasurementError(
      "UNSTABLE",
      `Cannot measure ${job.model.name} as the state changed in ${ATTEMPTS} runs of it`,
    );
  }

  /** How far the sentinel of a round is off its median of the rounds before, as a share; 0 in the first one. */
  #drift({ latencyUs }: Sample): number {
    const drift = this.#sentinelsUs.length === 0 ? 0 : Math.abs(latencyUs / median(this.#sentinelsUs) - 1);
    this.#sentinelsUs.push(latencyUs);
    return drift;
  }

  /** Every job and the sentinel once, in random order; whether the round counts. */
  async #round(round: number): Promise<boolean> {
    const { jobs, sentinel, seed, driftShare } = this.#plan;
    const random = new Random(seed, round);
    const order = [...jobs, sentinel].map((job) => ({ job, key: random.word() })).sort((a, b) => a.key - b.key);
    const counted: Sample[] = [];
    for (const { job } of order) counted.push(await this.#counted(job, round));
    const drift = this.#drift(counted.find((sample) => sample.sentinel)!);
    if (drift <= driftShare) return true;
    for (const sample of counted) sample.discarded = `the sentinel drifted by ${(100 * drift).toFixed(1)} %`;
    this.#context.onProgress?.(`round discarded: ${counted[0]!.discarded}`);
    return false;
  }

  async run(): Promise<void> {
    this.#admit(await this.#target.readState());
    const models = new Set([...this.#plan.jobs, this.#plan.sentinel].map(({ model }) => model));
    await this.#target.prepare([...models]);
    const { clock, signal, onProgress } = this.#context, { repeats, settleMs } = this.#plan;
    if (settleMs > 0) onProgress?.(`resting for ${settleMs / 1000} s`);
    await clock.sleep(settleMs, signal);
    this.baseline = await this.#target.readState();
    for (let round = 0, counted = 0; counted < repeats; round++) {
      onProgress?.(`round ${counted + 1} of ${repeats}`);
      if (round >= 2 * repeats) {
        throw new MeasurementError(
          "UNSTABLE",
          `Cannot measure as ${round - counted} of ${round} rounds were discarded`,
        );
      }
      if (await this.#round(round)) counted++;
    }
  }
}

/** Carries out a plan. Failures do not throw: they end the measurement, and what was measured until then is kept. */
export async function measure(
  target: MeasurementTarget,
  plan: Plan,
  context: MeasurementContext,
): Promise<Measurement> {
  const session = new Session(target, { plan, context });
  let failure: unknown;
  try {
    await session.run();
    await context.afterwards?.();
  } catch (error) {
    failure = error;
  }
  try {
    await target.restore();
  } catch (error) {
    failure ??= error;
    const line = caution("RESTORE_FAILED", error instanceof Error ? error.message : `${error}`);
    session.cautions.push(line);
    context.onProgress?.(line);
  }
  return { samples: session.samples, baseline: session.baseline, cautions: session.cautions, failure };
}
