/** What repeated measurements say. */
// @ts-types="./jstat.d.ts"
import jstat from "npm:jstat@1.9.6";

/** The mean of repeated measurements and how far to trust it. */
export interface Summary {
  /** The arithmetic mean. */
  readonly mean: number;
  /** Standard deviation of a single measurement (n − 1); null for one measurement. */
  readonly std: number | null;
  /** 95 % confidence interval of the mean by Student's t; null for one measurement. */
  readonly interval95: readonly [low: number, high: number] | null;
}

/**
 * The bound that one more measurement stays below with the given confidence: mean + t·std·√(1 + 1/n), t Student's quantile
 * for n − 1 degrees of freedom. Throws RangeError for fewer than two measurements.
 */
export function predictionBound(values: readonly number[], confidence: number): number {
  const { mean, std } = summarize(values), count = values.length;
  if (std === null) throw new RangeError("Cannot predict a measurement as that takes two: got one");
  return mean + jstat.studentt.inv(confidence, count - 1) * std * Math.sqrt(1 + 1 / count);
}

/**
 * Summarises measurements; throws RangeError for none.
 *
 * @example
 * ```ts
 * import { summarize } from "@zennas/zennas";
 * const { mean, std } = summarize([1, 2, 3]);
 * if (mean !== 2 || std !== 1) throw new Error();
 * ```
 */
export function summarize(values: readonly number[]): Summary {
  const count = values.length;
  if (count === 0) throw new RangeError("Cannot summarise measurements as there are none");
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, std: null, interval95: null };
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
  const half = jstat.studentt.inv(0.975, count - 1) * std / Math.sqrt(count);
  return { mean, std, interval95: [mean - half, mean + half] };
}

/**
 * The middle of the values in order, the mean of the two in the middle where their number is even; throws RangeError for
 * none.
 *
 * @example
 * ```ts
 * import { median } from "@zennas/zennas";
 * if (median([10, 1, 2]) !== 2 || median([4, 1, 2, 3]) !== 2.5) throw new Error();
 * ```
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Cannot take the median as there are no values");
  const sorted = values.toSorted((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The normal distribution's quantile at 0.975. */
const Z_95 = 1.959963984540054;

/**
 * The 95 % confidence interval of a share, Wilson's: right near 0 and 1 too, and for few observations (E. B. Wilson,
 * JASA 22, 1927). Throws RangeError unless 0 ≤ right ≤ count and count > 0.
 *
 * @example
 * ```ts
 * import { shareInterval95 } from "@zennas/zennas";
 * const [low, high] = shareInterval95(915, 1000);
 * if (low.toFixed(3) !== "0.896" || high.toFixed(3) !== "0.931") throw new Error(`${low} ${high}`);
 * ```
 */
export function shareInterval95(right: number, count: number): readonly [low: number, high: number] {
  if (!(count > 0 && right >= 0 && right <= count)) {
    throw new RangeError(
      `Cannot give a share's interval as it takes 0 to all of at least one: got ${right} of ${count}`,
    );
  }
  const share = right / count, square = Z_95 ** 2 / count;
  const middle = (share + square / 2) / (1 + square);
  const half = Z_95 / (1 + square) * Math.sqrt(share * (1 - share) / count + square / (4 * count));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
