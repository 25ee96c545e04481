import assert from "node:assert/strict";
import {
  budgetsOf,
  chooseFinalists,
  excessOf,
  judgeFinalists,
  parseConfig,
  parseStructure,
  publishedSpaces,
  type TrainedFinalist,
} from "@zennas/zennas";

const START = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)SuperConvK1BNRELU(16,32,1,1)";
const config = parseConfig({
  ...{ proxy: "zen", space: "XXBL", initialStructure: START, resolution: 16, classes: 10 },
  budgets: { params: 60_000, layers: 12 },
});
const scored = [
  { index: 0, structure: START, score: 3 },
  { index: 4, structure: START.replaceAll("16,", "24,"), score: 2 },
  { index: 7, structure: "SuperConvK3BNRELU(3,64,1,1)SuperConvK3BNRELU(64,64,2,1)", score: 1 },
];
const field = { config, space: publishedSpaces.XXBL, best: scored.slice(0, 2), scored };
const counts = { top: 2, random: 4, largest: 1, seed: 3 };

Deno.test("finalists are the best, random ones within the budgets, and the largest, each once", () => {
  const chosen = chooseFinalists(field, counts);
  assert.deepEqual(chooseFinalists(field, counts), chosen);
  const by = (origin: string) => chosen.filter(({ origins }) => origins.some((one) => one === origin));
  assert.deepEqual(by("search").map(({ structure, score }) => [structure, score]), [
    [scored[0]!.structure, 3],
    [scored[1]!.structure, 2],
  ]);
  const random = by("random");
  assert.equal(random.length, 4);
  for (const { structure, score } of random) {
    assert.equal(excessOf(parseStructure(structure), budgetsOf(config)), undefined);
    assert.equal(score, null);
    assert.notEqual(structure, START);
  }
  assert.deepEqual(chosen.at(-1), { structure: scored[2]!.structure, origins: ["parameters", "flops"], score: 1 });
  assert.equal(chosen.length, 7);
});

Deno.test("random finalists depend on the seed, not on what the search found", () => {
  const randomOf = (from: typeof field, seed: number) =>
    chooseFinalists(from, { ...counts, seed }).filter(({ origins }) => origins.includes("random"))
      .map(({ structure }) => structure);
  assert.deepEqual(randomOf({ ...field, best: scored.slice(0, 1), scored: scored.slice(0, 1) }, 3), randomOf(field, 3));
  assert.notDeepEqual(randomOf(field, 4), randomOf(field, 3));
  const nothing = { ...field, config: { ...config, budgets: { params: 1 } } };
  assert.throws(() => randomOf(nothing, 3), /Cannot draw 4 random candidates as so many must differ: got 0/);
});

Deno.test("accuracies are summarised over seeds and by origin, and ranked against scores", () => {
  const one = (origins: TrainedFinalist["origins"], score: number | null, accuracies: readonly number[]) => ({
    ...{ structure: "s", origins, score, accuracies },
  });
  const verdict = judgeFinalists([
    one(["search"], 4, [0.9, 0.8]),
    one(["search", "flops"], 3, [0.6, 0.6]),
    one(["random"], 2, [0.7, 0.7]),
    one(["random"], null, [0.1]),
    one(["parameters"], 1, []),
  ]);
  const [first, , , fourth, last] = verdict.accuracies;
  assert.ok(Math.abs(first!.mean - 0.85) < 1e-12);
  // Student's t for one degree of freedom is 12.706, the standard error 0.05.
  assert.ok(Math.abs(first!.interval95![1] - (0.85 + 12.7062 * 0.05)) < 1e-4);
  assert.deepEqual([fourth!.mean, fourth!.interval95, last], [0.1, null, null]);
  assert.deepEqual(Object.entries(verdict.byOrigin).map(([name, mean]) => [name, mean && Number(mean.toFixed(9))]), [
    ["search", 0.725],
    ["random", 0.4],
    ["parameters", null],
    ["flops", 0.6],
  ]);
  assert.ok(Math.abs(verdict.kendall! - 1 / 3) < 1e-12);
  assert.equal(judgeFinalists([one(["search"], 4, [0.9])]).kendall, null);
});
