import assert from "node:assert/strict";
import jStat from "jstat";
import { type DecisionPurpose, drawBeta, epochRandom, permutation, Random } from "../../core/numeric/mod.ts";

const DRAWS = 4000;

Deno.test("draws from beta distributions have their cumulative distribution", () => {
  for (const [alpha, beta] of [[0.2, 0.2], [1, 1], [0.5, 3], [4, 2]] as const) {
    const draws = Array.from({ length: DRAWS }, (_, decision) => drawBeta(new Random(3, decision), { alpha, beta }));
    const distances = draws.toSorted((a, b) => a - b).map((value, rank) =>
      Math.abs(jStat.beta.cdf(value, alpha, beta) - (rank + 0.5) / DRAWS)
    );
    // Kolmogorov and Smirnov: above this once in 2,000 times; the seed is fixed
    assert.ok(Math.max(...distances) < 2 / Math.sqrt(DRAWS), `Beta(${alpha}, ${beta}): ${Math.max(...distances)}`);
    assert.ok(draws.every((value) => value >= 0 && value <= 1));
  }
});

Deno.test("a beta distribution near its limits gives numbers, and none has parameters of 0", () => {
  for (const alpha of [1e-3, 1e-6, 1e6]) {
    const draws = Array.from(
      { length: 50 },
      (_, decision) => drawBeta(new Random(1, decision), { alpha, beta: alpha }),
    );
    assert.ok(draws.every((value) => value >= 0 && value <= 1), `${alpha}: ${draws}`);
    assert.ok(alpha > 1 || new Set(draws.map((value) => value > 0.5)).size === 2);
  }
  for (const alpha of [0, -1, NaN, Infinity]) {
    assert.throws(() => drawBeta(new Random(1, 0), { alpha, beta: 1 }), {
      name: "RangeError",
      message: `Cannot draw from a beta distribution as its parameters are above 0: got ${alpha}, 1`,
    });
  }
});

Deno.test("permutations hold every number once, and all orders come alike", () => {
  const orders = new Map<string, number>();
  for (let decision = 0; decision < 6000; decision++) {
    const order = permutation(3, new Random(1, decision)).join("");
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assert.deepEqual([...orders.keys()].toSorted(), ["012", "021", "102", "120", "201", "210"]);
  for (const count of orders.values()) assert.ok(Math.abs(count - 1000) < 5 * Math.sqrt(1000 * 5 / 6), `${count}`);
  const long = permutation(1000, new Random(1, 0));
  assert.deepEqual([...long].toSorted((a, b) => a - b), Array.from({ length: 1000 }, (_, index) => index));
  assert.deepEqual([permutation(0, new Random(1, 0)).length, permutation(1, new Random(1, 0))[0]], [0, 0]);
});

Deno.test("uniform numbers are within their bounds, and spread evenly", () => {
  const random = new Random(2, 0), draws = Array.from({ length: DRAWS }, () => random.uniform());
  assert.ok(draws.every((value) => value > 0 && value < 1));
  const mean = draws.reduce((sum, value) => sum + value, 0) / DRAWS;
  assert.ok(Math.abs(mean - 0.5) < 5 / Math.sqrt(12 * DRAWS), `${mean}`);
  const wide = Array.from({ length: DRAWS }, () => random.uniform(-3, 7));
  assert.ok(Math.min(...wide) > -3 && Math.min(...wide) < -2.95 && Math.max(...wide) < 7 && Math.max(...wide) > 6.95);
});

Deno.test("purposes, seeds, epochs and items draw apart; the same ones draw the same", () => {
  const word = (purpose: DecisionPurpose, seed: number, [epoch, item]: readonly [number, number]): number =>
    epochRandom(purpose, { seed, epoch, item }).word();
  const words = (["augmentation", "order", "mixing", "decision"] as const).flatMap((purpose) =>
    [0, 1, 2 ** 32].flatMap((seed) =>
      ([[0, 0], [0, 1], [1, 0], [1, 1], [2 ** 21 - 1, 2 ** 32 - 1]] as const).map((at) => word(purpose, seed, at))
    )
  );
  assert.equal(new Set(words).size, words.length);
  assert.equal(word("order", 7, [3, 4]), word("order", 7, [3, 4]));
  assert.equal(word("decision", 7, [0, 5]), new Random(7, 5).word());
});

Deno.test("epochs and items out of bounds are refused", () => {
  for (const epoch of [-1, 0.5, 2 ** 21, NaN]) {
    assert.throws(() => epochRandom("order", { seed: 1, epoch, item: 0 }), {
      message: `Cannot draw for an epoch outside 0 … 2^21 − 1: got ${epoch}`,
    });
  }
  for (const item of [-1, 0.5, 2 ** 32, NaN]) {
    assert.throws(() => epochRandom("order", { seed: 1, epoch: 0, item }), {
      message: `Cannot draw for an item outside 0 … 2^32 − 1: got ${item}`,
    });
  }
});
