import assert from "node:assert/strict";
import { agreementOf, Random, rankFigures } from "@zennas/zennas";

const accuracies = Array.from({ length: 100 }, (_, index) => 50 + index / 4);

Deno.test("a perfect score agrees everywhere and regrets nothing; its opposite is the opposite", () => {
  const { regret, ...correlations } = rankFigures(accuracies, accuracies);
  assert.equal(regret, 0);
  assert.ok(Object.values(correlations).every((value) => Math.abs(value - 1) < 1e-12));
  const opposite = rankFigures(accuracies.map((value) => -value), accuracies);
  assert.ok(Math.abs(opposite.spearman + 1) < 1e-12 && Math.abs(opposite.kendallTopTenth + 1) < 1e-12);
  assert.equal(opposite.regret, 90 / 4);
});

Deno.test("the top half and tenth are those of accuracy", () => {
  // Right at the bottom, reversed in the top half, but right again in the top tenth.
  const scores = accuracies.map((_, index) => index < 50 || index >= 90 ? index : 200 - index);
  const figures = rankFigures(scores, accuracies);
  assert.ok(figures.spearmanTopTenth > 0.999 && figures.spearmanTopHalf < 0 && figures.spearman > 0.5);
});

Deno.test("a network without a score ranks lowest", () => {
  const scores = accuracies.map((value, index) => index === 99 ? NaN : value);
  assert.equal(rankFigures(scores, accuracies).regret, 0.25);
});

Deno.test("intervals come from the seed alone, hold the mean, and shrink with more networks", () => {
  const random = new Random(7, 0);
  const noisy = (count: number) => {
    const truth = Array.from({ length: count }, () => random.normal());
    const scores = [1, 2, 3].map(() => truth.map((value) => value + random.normal()));
    return agreementOf(scores, truth, { seed: 1, resamples: 200 }).spearman;
  };
  const width = ({ interval95 }: { interval95: readonly [number, number] | null }) => interval95![1] - interval95![0];
  const few = noisy(40), many = noisy(400);
  assert.ok(few.interval95![0] < few.mean && few.mean < few.interval95![1]);
  assert.ok(width(many) < width(few) / 2);
  const again = agreementOf([accuracies], accuracies, { seed: 3 });
  assert.deepEqual(again, agreementOf([accuracies], accuracies, { seed: 3 }));
});
