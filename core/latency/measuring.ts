/**
 * Measures latencies so that they repeat: subjects and a sentinel take turns in random order, each for a block of runs, and
 * a round in which the sentinel drifted does not count.
 */
import { Random } from "../numeric/random.ts";
import { bootstrapInterval, medianDeviation } from "../numeric/robust.ts";
import { median } from "../numeric/statistics.ts";

/** Something that can be run. */
export interface Subject {
  /** Runs it once; how long each part of it took, ms: one number where its parts cannot be told apart. */
  time(): readonly number[] | Promise<readonly number[]>;
}

/** What a block of runs says. */
export interface TimedBlock {
  /**
   * The sum of the medians of the parts over the runs, ms. Whatever else a machine does delays one part of a run and not
   * always the same, so that this repeats better than the median of whole runs.
   */
  readonly ms: number;
  /** Each run's time, ms. */
  readonly runs: readonly number[];
}

/** How to measure. */
export interface MeasuringOptions {
  /** What is run in every round, to tell whether the device itself has changed. */
  readonly sentinel: Subject;
  /** Rounds that must count; one at least. */
  readonly repeats: number;
  /** How long the runs of a block take together, at least, ms. */
  readonly blockMs: number;
  /** Seed of the order. */
  readonly seed: number;
  /** Ends it: what was measured until then is given. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each round: those that count, and all. */
  readonly onRound?: ((counted: number, all: number) => void) | undefined;
}

/** What the measurements of one subject say. */
export interface MeasuredLatency {
  /** The median of the blocks that count, ms; NaN where none counts. */
  readonly medianMs: number;
  /** The time that 95 % of runs in these blocks stay below, ms. */
  readonly p95Ms: number;
  /** The 95 % interval of the median; null for fewer than three blocks. */
  readonly interval95Ms: readonly [low: number, high: number] | null;
  /** Blocks that count. */
  readonly samples: number;
  /** Blocks of rounds whose sentinel drifted. */
  readonly discarded: number;
  /** Robust standard deviation of a block over the median: 1.4826 times the median distance from it. */
  readonly noise: number;
}

/** How far the sentinel of a round may be off its median, as a share. */
export const DRIFT_SHARE = 0.1;
/** A number with more noise than that is not given without a warning. */
export const MOST_NOISE = 0.05;
/** Rounds for each that must count, before what there is has to do. */
const ATTEMPTS = 3;
/** Standard deviations in a median distance, of a normal distribution. */
const DEVIATIONS = 1.4826;

const BLOCK = { least: 3, most: 1000 } as const;

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** A block of runs: three at least, and until they take `blockMs` together. */
export async function timedBlock(subject: Subject, blockMs: number): Promise<TimedBlock> {
  const parts: (readonly number[])[] = [], runs: number[] = [];
  for (let sum = 0; runs.length < BLOCK.least || sum < blockMs && runs.length < BLOCK.most;) {
    const run = await subject.time(), ms = total(run);
    parts.push(run);
    runs.push(ms);
    sum += ms;
  }
  return { ms: total(parts[0]!.map((_, at) => median(parts.map((run) => run[at]!)))), runs };
}

/** One block of each subject, and of the sentinel. */
interface Round {
  readonly blocks: readonly TimedBlock[];
  readonly sentinelMs: number;
}

async function round(subjects: readonly Subject[], index: number, options: MeasuringOptions): Promise<Round> {
  const { sentinel, blockMs, seed } = options, random = new Random(seed, index);
  const all = [...subjects, sentinel].map((subject, place) => ({ subject, place, key: random.word() }));
  const blocks: TimedBlock[] = [];
  for (const { subject, place } of all.sort((a, b) => a.key - b.key)) {
    blocks[place] = await timedBlock(subject, blockMs);
  }
  return { sentinelMs: blocks.pop()!.ms, blocks };
}

/** The rounds whose sentinel is near the median of all sentinels. */
function counted(rounds: readonly Round[]): readonly Round[] {
  const middle = rounds.length > 0 ? median(rounds.map(({ sentinelMs }) => sentinelMs)) : NaN;
  return rounds.filter(({ sentinelMs }) => Math.abs(sentinelMs / middle - 1) <= DRIFT_SHARE);
}

function summary(
  blocks: readonly TimedBlock[],
  { all, seed }: { all: number; seed: number },
): MeasuredLatency {
  const samples = blocks.length, discarded = all - samples;
  if (samples === 0) return { medianMs: NaN, p95Ms: NaN, interval95Ms: null, samples, discarded, noise: Infinity };
  const times = blocks.map(({ ms }) => ms), medianMs = median(times);
  const runs = blocks.flatMap((block) => block.runs).sort((a, b) => a - b);
  return {
    medianMs,
    p95Ms: runs[Math.min(runs.length - 1, Math.floor(0.95 * runs.length))]!,
    interval95Ms: bootstrapInterval(times, seed),
    samples,
    discarded,
    noise: samples < 2 ? Infinity : DEVIATIONS * medianDeviation(times) / medianMs,
  };
}

/**
 * Measures subjects: each runs for a block to warm up, then rounds follow until enough of them count, or three times as many
 * were made. The result is in the order of the subjects. A noise of Infinity means that there are too few blocks to tell.
 *
 * @example
 * ```ts
 * import { measureLatency } from "@zennas/zennas";
 * let runs = 0;
 * const subject = { time: () => [[2, 3, 4][runs++ % 3]!] }, sentinel = { time: () => [1] };
 * const [measured] = await measureLatency([subject], { sentinel, repeats: 5, blockMs: 9, seed: 1 });
 * if (measured?.medianMs !== 3 || measured.samples !== 5 || measured.noise !== 0) throw new Error();
 * ```
 */
export async function measureLatency(
  subjects: readonly Subject[],
  options: MeasuringOptions,
): Promise<readonly MeasuredLatency[]> {
  const { sentinel, repeats, blockMs, seed, signal, onRound } = options, rounds: Round[] = [];
  for (const subject of [...subjects, sentinel]) if (!signal?.aborted) await timedBlock(subject, blockMs);
  while (counted(rounds).length < repeats && rounds.length < ATTEMPTS * repeats && !signal?.aborted) {
    rounds.push(await round(subjects, rounds.length, options));
    onRound?.(counted(rounds).length, rounds.length);
  }
  const good = counted(rounds), all = rounds.length;
  return subjects.map((_, at) => summary(good.map(({ blocks }) => blocks[at]!), { all, seed }));
}
