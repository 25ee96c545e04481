/** How everything here is timed: the result is checked first, then warm-up, then samples of which all are kept. */
import { median } from "../core/numeric/statistics.ts";

/** Statistics of the samples of one measurement, in milliseconds. */
export interface Timing {
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly minMs: number;
  /** (p95 − min) / median: shows how much other work on the machine disturbed the samples. */
  readonly spread: number;
}

/** The quantile: the value below which this share of the sorted samples lies. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** Summarises samples in milliseconds. */
export function summarizeTimes(samples: readonly number[]): Timing {
  const sorted = samples.toSorted((a, b) => a - b);
  const medianMs = median(samples), p95Ms = quantile(sorted, 0.95), minMs = sorted[0]!;
  return { medianMs, p95Ms, minMs, spread: (p95Ms - minMs) / medianMs };
}

/** Milliseconds that a call takes. */
export function timeMs(body: () => void): number {
  const start = performance.now();
  body();
  return performance.now() - start;
}

/** Milliseconds that an asynchronous call takes. */
export async function timeAsyncMs(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

/** Times a call after warm-up. */
export function measure(body: () => void, { warmups = 3, samples = 15 } = {}): Timing {
  for (let index = 0; index < warmups; index++) body();
  return summarizeTimes(Array.from({ length: samples }, () => timeMs(body)));
}

/** Waits a moment, so that V8 installs the code that it has optimised in the background. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 200));
}
