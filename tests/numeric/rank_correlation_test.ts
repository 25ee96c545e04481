import assert from "node:assert/strict";
import { kendall, Random, rankedScores, ranks, spearman } from "@zennas/zennas";

/** Kendall's tau-b by its definition, pair by pair. */
function kendallByPairs(x: readonly number[], y: readonly number[]): number {
  let balance = 0, untiedX = 0, untiedY = 0;
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const dx = Math.sign(x[i]! - x[j]!), dy = Math.sign(y[i]! - y[j]!);
      balance += dx * dy;
      untiedX += Math.abs(dx);
      untiedY += Math.abs(dy);
    }
  }
  return balance / Math.sqrt(untiedX * untiedY);
}

Deno.test("tau-b is the pair by pair count, with ties in one list, in both and in none", () => {
  const random = new Random(1, 0);
  for (const values of [3, 10, 1000]) {
    for (const count of [2, 3, 17, 64, 101]) {
      const x = Array.from({ length: count }, () => random.below(values));
      const y = x.map((value) => value + random.below(values));
      const expected = kendallByPairs(x, y);
      if (Number.isNaN(expected)) continue;
      assert.ok(Math.abs(kendall(x, y) - expected) < 1e-12, `${values} ${count}: ${kendall(x, y)}, not ${expected}`);
      assert.ok(Math.abs(kendall(x, x.map((value) => -value)) + 1) < 1e-12);
    }
  }
});

Deno.test("the examples of SciPy's documentation", () => {
  assert.ok(Math.abs(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]) - 0.8207826816681233) < 1e-12);
  assert.ok(Math.abs(kendall([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]) + 0.47140452079103173) < 1e-12);
  assert.deepEqual([...ranks([5, 1, 5, 5])], [3, 1, 3, 3]);
});

Deno.test("a constant list has no correlation, lists of different lengths are refused", () => {
  assert.ok(Number.isNaN(spearman(Array(10).fill(3), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])));
  assert.ok(Number.isNaN(spearman([1, 1, 1], [1, 2, 3])) && Number.isNaN(kendall([1, 1, 1], [1, 2, 3])));
  assert.throws(() => spearman([1], [1, 2]), RangeError);
  assert.throws(() => kendall([1], [1, 2]), RangeError);
});

Deno.test("a ranked score depends on the order of the parts alone", () => {
  const ranking = {
    parts: ["a", "b"],
    combine: (own: readonly number[], size: number) => own.reduce((sum, rank) => sum + Math.log(rank / size), 0),
  };
  const scores = rankedScores([{ a: 1, b: 5 }, { a: 1e9, b: 4 }, { a: 2, b: 6 }], ranking);
  assert.deepEqual(scores, [Math.log(1 / 3) + Math.log(2 / 3), Math.log(1 / 3), Math.log(2 / 3)]);
});
