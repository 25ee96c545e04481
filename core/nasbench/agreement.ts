/**
 * Measures how well scores rank networks: rank correlations over all networks and over the best of them, and the
 * accuracy lost by choosing the networks with the highest scores.
 */
import { Random } from "../numeric/random.ts";
import { kendall, spearman } from "../numeric/rank_correlation.ts";

/** Figures of one list of scores, compared with accuracies. */
export interface RankFigures {
  /** Spearman's correlation, −1 to 1. */
  readonly spearman: number;
  /** Kendall's tau-b, −1 to 1. */
  readonly kendall: number;
  /** Spearman's correlation among the half of the networks with the highest accuracies. */
  readonly spearmanTopHalf: number;
  /** Kendall's tau-b among these networks. */
  readonly kendallTopHalf: number;
  /** Spearman's correlation among the tenth of the networks with the highest accuracies. */
  readonly spearmanTopTenth: number;
  /** Kendall's tau-b among these networks. */
  readonly kendallTopTenth: number;
  /** The best accuracy of all minus the best accuracy among the ten highest scores, percentage points. */
  readonly regret: number;
}

/** A figure over several seeds: its mean, and the 95 % interval of a bootstrap over networks and seeds. */
export interface Estimate {
  /** The mean over seeds. */
  readonly mean: number;
  /** The 2.5th and 97.5th percentile over the resamples, each under one of the seeds; null where there are too few. */
  readonly interval95: readonly [low: number, high: number] | null;
}

/** An estimate of every figure of {@link RankFigures}. */
export type Agreement = { readonly [K in keyof RankFigures]: Estimate };

/** How many networks with the highest scores {@link RankFigures.regret} chooses from. */
const CHOSEN = 10;

/** The indices of the networks in the highest share of accuracies; at least two. */
function topIndices(accuracies: readonly number[], share: number): readonly number[] {
  const order = accuracies.map((_, index) => index).sort((a, b) => accuracies[b]! - accuracies[a]! || a - b);
  return order.slice(0, Math.max(2, Math.round(order.length * share)));
}

const highest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), -Infinity);

/** The figures of one list of scores. A score that is not a number ranks lowest. */
export function rankFigures(scores: readonly number[], accuracies: readonly number[]): RankFigures {
  const finite = scores.map((score) => Number.isNaN(score) ? -Infinity : score);
  const among = (share: number) => {
    const indices = topIndices(accuracies, share);
    return [indices.map((index) => finite[index]!), indices.map((index) => accuracies[index]!)] as const;
  };
  const half = among(0.5), tenth = among(0.1);
  const chosen = topIndices(finite, Math.min(1, CHOSEN / finite.length));
  return {
    spearman: spearman(finite, accuracies),
    kendall: kendall(finite, accuracies),
    spearmanTopHalf: spearman(...half),
    kendallTopHalf: kendall(...half),
    spearmanTopTenth: spearman(...tenth),
    kendallTopTenth: kendall(...tenth),
    regret: highest(accuracies) - highest(chosen.map((index) => accuracies[index]!)),
  };
}

/** Options of the bootstrap. */
export interface BootstrapOptions {
  /** Seed of the resampling. */
  readonly seed: number;
  /** Number of resamples; default: 500. */
  readonly resamples?: number;
}

/** The figures of one resample: networks drawn with repetition, with their scores under one of the seeds. */
function resample(
  scoresBySeed: readonly (readonly number[])[],
  accuracies: readonly number[],
  random: Random,
): RankFigures {
  const scores = random.pick(scoresBySeed);
  const drawn = accuracies.map(() => random.below(accuracies.length));
  return rankFigures(drawn.map((index) => scores[index]!), drawn.map((index) => accuracies[index]!));
}

function estimate(own: readonly number[], resampled: readonly number[]): Estimate {
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  const sorted = resampled.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length < 2) return { mean, interval95: null };
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return { mean, interval95: [at(0.025), at(0.975)] };
}

/**
 * Measures how well scores under several seeds rank networks of known accuracy: `scoresBySeed[s][i]` and
 * `accuracies[i]` belong to network i. The resampling depends only on the seed in the options.
 */
export function agreementOf(
  scoresBySeed: readonly (readonly number[])[],
  accuracies: readonly number[],
  { seed, resamples = 500 }: BootstrapOptions,
): Agreement {
  const own = scoresBySeed.map((scores) => rankFigures(scores, accuracies));
  const drawn = Array.from(
    { length: resamples },
    (_, index) => resample(scoresBySeed, accuracies, new Random(seed, index)),
  );
  const names = Object.keys(own[0]!) as (keyof RankFigures)[];
  const entries = names.map((name) => [name, estimate(own.map((f) => f[name]), drawn.map((f) => f[name]))]);
  return Object.fromEntries(entries) as Agreement;
}
