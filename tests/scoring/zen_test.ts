import assert from "node:assert/strict";
import { evaluate } from "../../core/graph/oracle.ts";
import { parseStructure } from "../../core/networks/masternet/mod.ts";
import {
  evaluateRepeatedly,
  proxyNamed,
  random,
  type ScoringSettings,
  structureDesign,
  variantOf,
  zen,
  zenGraph,
} from "../../core/scoring/mod.ts";
import { openBackend } from "../../kernels/mod.ts";

const structure = parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK1K3K1(8,12,2,5,1)SuperConvK1BNRELU(12,16,1,1)");
const form = { resolution: 8, classes: 10, squeezeExcite: true, residualLinks: false };
const design = structureDesign(structure, form);
const settings: ScoringSettings = {
  batch: 4,
  gamma: 0.01,
  variant: "reference",
  seed: 3,
  draw: 0,
  fill: "gaussian",
  weights: "unit",
  labels: "random",
};

Deno.test("a Zen-score on drawn weights is the oracle's", async () => {
  await using backend = await openBackend("cpu");
  for (const variant of zen.variants) {
    for (const residualLinks of [false, true]) {
      const varied = structureDesign(structure, { ...form, residualLinks });
      const [expected] = evaluate(zenGraph(varied, { ...settings, variant }), { seed: 3, draw: 0 });
      const { value: score } = await zen.score(varied, { ...settings, variant }, backend);
      assert.ok(Math.abs(score - expected![0]!) < 1e-3, `${variant}: ${score}, not ${expected}`);
    }
  }
});

Deno.test("a score depends on the seed and the draw, and on nothing else", async () => {
  await using backend = await openBackend("cpu", { workers: 2 });
  const score = async (which: Partial<ScoringSettings>): Promise<number> =>
    (await zen.score(design, { ...settings, ...which }, backend)).value;
  const [first, again, otherDraw, otherSeed] = await Promise.all([
    score({}),
    score({}),
    score({ draw: 1 }),
    score({ seed: 4 }),
  ]);
  assert.equal(first, again);
  assert.equal(new Set([first, otherDraw, otherSeed]).size, 3);
});

Deno.test("repeats summarise the draws 0, 1, 2 …", async () => {
  await using backend = await openBackend("cpu");
  const { draw: _, ...rest } = settings;
  const summary = await evaluateRepeatedly(design, { proxy: zen, settings: rest, repeats: 3, backend });
  const draws = await Promise.all([0, 1, 2].map((draw) => zen.score(design, { ...settings, draw }, backend)));
  assert.equal(summary.mean, (draws[0]!.value + draws[1]!.value + draws[2]!.value) / 3);
  assert.ok(summary.std! > 0 && summary.interval95![0] < summary.mean);
});

Deno.test("a network without batch norm is scored by its response alone", async () => {
  await using backend = await openBackend("cpu");
  const bare = structureDesign(structure, { ...form, batchNorm: false, squeezeExcite: false });
  const [expected] = evaluate(zenGraph(bare, settings), { seed: 3, draw: 0 });
  const { value } = await zen.score(bare, settings, backend);
  assert.ok(Math.abs(value - expected![0]!) < 1e-3);
});

Deno.test("counting proxies need no backend; random is a normal draw a structure", async () => {
  for (const [name, expected] of [["layers", 3], ["params", 1307]] as const) {
    const bare = structureDesign(structure, { ...form, squeezeExcite: false });
    assert.deepEqual(await proxyNamed(name).score(bare, settings), { value: expected });
  }
  const draw = async (index: number) => {
    const other = parseStructure(`SuperConvK3BNRELU(3,${index + 8},1,1)`);
    return (await random.score(structureDesign(other, form), settings)).value;
  };
  const draws = await Promise.all(Array.from({ length: 2000 }, (_, index) => draw(index)));
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  const variance = draws.reduce((sum, value) => sum + value ** 2, 0) / draws.length;
  assert.ok(Math.abs(mean) < 0.1 && Math.abs(variance - 1) < 0.15, `${mean} ${variance}`);
  assert.deepEqual(await random.score(design, settings), await random.score(design, settings));
});

Deno.test("unknown proxies and variants are named", () => {
  assert.throws(() => proxyNamed("zenn"), /the names are zen, .*flops/);
  assert.throws(() => variantOf(zen, "papers"), /the names are reference, paper/);
});
