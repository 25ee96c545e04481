import assert from "node:assert/strict";
import { median, summarize } from "../../core/numeric/statistics.ts";

Deno.test("a summary has the sample deviation and Student's interval", () => {
  const { mean, std, interval95 } = summarize([1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(mean, 4.5);
  assert.ok(Math.abs(std! - 2.449489742783178) < 1e-12);
  // t(0.975, 7) = 2.364624251592785
  const half = 2.364624251592785 * 2.449489742783178 / Math.sqrt(8);
  assert.ok(Math.abs(interval95![1] - (4.5 + half)) < 1e-6 && Math.abs(interval95![0] - (4.5 - half)) < 1e-6);
});

Deno.test("one measurement has no spread, none is an error", () => {
  assert.deepEqual(summarize([3]), { mean: 3, std: null, interval95: null });
  assert.throws(() => summarize([]), RangeError);
});

Deno.test("a median is the middle by value, the mean of two where the number is even, and nothing is moved", () => {
  const values = [10, 9, 1];
  assert.equal(median(values), 9);
  assert.deepEqual(values, [10, 9, 1]);
  assert.equal(median([100, 1, 2, 3]), 2.5);
  assert.throws(() => median([]), RangeError);
});
