/** Measures of how far two tensors are apart. */
import assert from "node:assert/strict";

/** The largest difference, relative to the largest expected magnitude. NaN where either has a NaN. */
export function worstError(actual: Float32Array, expected: Float64Array | Float32Array): number {
  assert.equal(actual.length, expected.length);
  let largest = 1e-30, worst = 0;
  for (let i = 0; i < actual.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  }
  return worst / largest;
}
