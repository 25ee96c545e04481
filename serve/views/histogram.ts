/** How often scores occur. */

/** The number of bins, unless all scores are equal. */
const BINS = 40;

/** Counts of scores in bins of equal width. */
export interface Histogram {
  /** Where the first bin begins. */
  readonly from: number;
  /** The width of a bin; 0 where all scores in it are equal, and there is one bin. */
  readonly width: number;
  /** Scores in each bin; a bin has its lower end, the last one its upper end too. */
  readonly counts: readonly number[];
  /** Scores below the first bin: those far below the others would press them into one. */
  readonly below: number;
}

/** The lowest score that is drawn, of sorted ones: Tukey's outer fence below. */
function floorOf(sorted: Float64Array): number {
  const quartile = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)]!;
  const fence = quartile(0.25) - 3 * (quartile(0.75) - quartile(0.25));
  return sorted.find((score) => score >= fence)!;
}

/** Counts scores. Null where there is none. */
export function histogramOf(scores: Float64Array): Histogram | null {
  if (scores.length === 0) return null;
  const sorted = scores.toSorted(), from = floorOf(sorted), width = (sorted.at(-1)! - from) / BINS;
  const below = sorted.findIndex((score) => score >= from), shown = sorted.subarray(below);
  if (!(width > 0)) return { from, width: 0, counts: [shown.length], below };
  const counts = new Array<number>(BINS).fill(0);
  for (const score of shown) counts[Math.min(BINS - 1, Math.floor((score - from) / width))]!++;
  return { from, width, counts, below };
}
