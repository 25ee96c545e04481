/** How well predictions of latencies hold. */
import { spearman } from "../numeric/rank_correlation.ts";

/** Predictions beside what was measured, ms. */
export interface PredictedPair {
  /** Predicted. */
  readonly predictedMs: number;
  /** Measured. */
  readonly measuredMs: number;
}

/** What a list of predictions shows. */
export interface LatencyAccuracy {
  /** How many. */
  readonly count: number;
  /** The mean of |predicted / measured − 1|. */
  readonly mape: number;
  /** The same, weighted by the measured time. */
  readonly timeWeighted: number;
  /** The share within ±5 %. */
  readonly within5: number;
  /** The share within ±10 %. */
  readonly within10: number;
  /** Spearman's rank correlation; null where either side is constant. */
  readonly spearman: number | null;
}

/**
 * Compares predictions with measurements. Throws RangeError for none.
 *
 * @example
 * ```ts
 * import { latencyAccuracy } from "@zennas/zennas";
 * const { mape, within5 } = latencyAccuracy([{ predictedMs: 11, measuredMs: 10 }, { predictedMs: 20, measuredMs: 20 }]);
 * if (Math.abs(mape - 0.05) > 1e-12 || within5 !== 0.5) throw new Error();
 * ```
 */
export function latencyAccuracy(pairs: readonly PredictedPair[]): LatencyAccuracy {
  if (pairs.length === 0) throw new RangeError("Cannot tell an accuracy as there are no predictions");
  const errors = pairs.map(({ predictedMs, measuredMs }) => Math.abs(predictedMs / measuredMs - 1));
  const share = (limit: number): number => errors.filter((error) => error <= limit).length / errors.length;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const time = sum(pairs.map(({ measuredMs }) => measuredMs));
  const rank = spearman(pairs.map(({ predictedMs }) => predictedMs), pairs.map(({ measuredMs }) => measuredMs));
  return {
    count: errors.length,
    mape: sum(errors) / errors.length,
    timeWeighted: sum(errors.map((error, index) => error * pairs[index]!.measuredMs)) / time,
    within5: share(0.05),
    within10: share(0.1),
    spearman: Number.isNaN(rank) ? null : rank,
  };
}
