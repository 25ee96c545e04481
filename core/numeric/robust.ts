/** Robust figures of few measurements. */
import { Random } from "./random.ts";
import { median } from "./statistics.ts";

/** The median distance from the median. */
export function medianDeviation(values: readonly number[]): number {
  const center = median(values);
  return median(values.map((value) => Math.abs(value - center)));
}

const RESAMPLES = 2_000;

/** The 95 % interval of the median by the percentile bootstrap (Efron 1979); null for fewer than three values. */
export function bootstrapInterval(
  values: readonly number[],
  seed: number,
): readonly [low: number, high: number] | null {
  if (values.length < 3) return null;
  const random = new Random(seed, values.length);
  const medians = Array.from({ length: RESAMPLES }, () => median(values.map(() => random.pick(values))));
  medians.sort((a, b) => a - b);
  return [medians[Math.floor(0.025 * RESAMPLES)]!, medians[Math.ceil(0.975 * RESAMPLES) - 1]!];
}
