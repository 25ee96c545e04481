import assert from "node:assert/strict";
import {
  azNas,
  blockEntropies,
  correlationOf,
  covariance,
  covarianceEigenvalues,
  evaluate,
  gaussianParameters,
  GraphBuilder,
  logDeterminant,
  lowerStructure,
  meco,
  Network,
  type NodeId,
  openBackend,
  parseStructure,
  rankedScores,
  symmetricEigenvalues,
} from "@zennas/zennas";
import { drawn, small } from "./settings.ts";

const TEXT = "SuperConvK3BNRELU(3,4,1,1)SuperConvK1BNRELU(4,6,2,1)";

/** Values of nodes of TEXT on drawn images, in float64. */
function oracle(
  batch: number,
  pick: (network: Network, blocks: readonly NodeId[]) => readonly NodeId[],
): Float64Array[] {
  const builder = new GraphBuilder();
  const network = new Network({ builder, mode: "train", parameters: gaussianParameters() });
  const input = builder.add("gaussian", [], { shape: [batch, 8, 8, 3], stream: 0 });
  const form = { classes: 10, resolution: 8, residualLinks: false, input };
  const { blocks } = lowerStructure(parseStructure(TEXT), network, form);
  return [...evaluate(builder.build(pick(network, blocks)), { seed: 3, draw: 0 })];
}

Deno.test("covariances and correlations by their definition, a constant column apart", () => {
  const values = [1, 10, 7, 2, 8, 7, 3, 12, 7];
  const matrix = covariance({ columns: 3, values });
  assert.deepEqual([...matrix.values].map((value) => Math.round(value * 1e9) / 1e9), [
    0.666666667,
    0.666666667,
    0,
    0.666666667,
    2.666666667,
    0,
    0,
    0,
    0,
  ]);
  assert.deepEqual([...correlationOf(matrix).values].map((value) => Math.round(value * 1e9) / 1e9), [
    1,
    0.5,
    0,
    0.5,
    1,
    0,
    0,
    0,
    0,
  ]);
});

Deno.test("a covariance of fewer rows than columns has the same eigenvalues, zeros apart", () => {
  const values = Float64Array.from({ length: 12 }, (_, index) => (index * 7) % 11);
  const whole = symmetricEigenvalues(covariance({ columns: 4, values })),
    few = covarianceEigenvalues({ columns: 4, values });
  assert.equal(few.length, 3);
  whole.slice(1).forEach((value, index) => assert.ok(Math.abs(value - few[index]!) < 1e-9));
  assert.deepEqual(
    covarianceEigenvalues({ columns: 2, values }),
    symmetricEigenvalues(covariance({ columns: 2, values })),
  );
});

Deno.test("determinants beyond float64 have a logarithm, singular ones none", () => {
  const size = 40, values = new Float64Array(size * size);
  for (let index = 0; index < size; index++) values[index * (size + 1)] = 1e12;
  assert.ok(Math.abs(logDeterminant({ size, values }) - size * Math.log(1e12)) < 1e-9);
  assert.equal(logDeterminant({ size: 2, values: Float64Array.of(1, 1, 1, 1) }), -Infinity);
});

Deno.test("MeCo is the sum of the smallest correlations' eigenvalues of convolutions and ReLUs", async () => {
  await using backend = await openBackend("cpu");
  const layers = oracle(1, ({ layers, relus }) => [...layers.slice(0, 2).map(({ output }) => output), ...relus]);
  const expected = [4, 6, 4, 6].reduce((sum, columns, layer) => {
    const correlation = correlationOf(covariance({ columns, values: layers[layer]! }));
    return sum + symmetricEigenvalues(correlation)[0]!;
  }, 0);
  for (const batch of [1, 4]) {
    const { value } = await meco.score(small(TEXT), drawn(meco, { batch }), backend);
    assert.ok(Math.abs(value - expected) < 1e-4 && expected > 0.01, `${value}, not ${expected}`);
  }
});

Deno.test("a layer with more channels than pixels adds nothing to MeCo", async () => {
  await using backend = await openBackend("cpu");
  const { value } = await meco.score(small("SuperConvK3BNRELU(3,128,1,1)"), drawn(meco), backend);
  assert.equal(value, 0);
});

Deno.test("AZ-NAS's entropies are at most ln of the channels; parts come from them", async () => {
  await using backend = await openBackend("cpu");
  const design = small(TEXT), entropies = await blockEntropies(design, drawn(azNas), backend);
  const outputs = oracle(4, (_, blocks) => blocks);
  [4, 6].forEach((columns, block) => {
    const eigenvalues = symmetricEigenvalues(covariance({ columns, values: outputs[block]! }));
    const total = eigenvalues.reduce((sum, value) => sum + value, 0);
    const expected = eigenvalues.reduce((sum, value) => sum - value / total * Math.log(value / total), 0);
    assert.ok(Math.abs(entropies[block]! - expected) < 1e-4 && expected < Math.log(columns));
  });
  const { value, parts } = await azNas.score(design, drawn(azNas), backend);
  assert.equal(value, 0);
  assert.equal(parts!.expressivity, entropies[0]! + entropies[1]!);
  assert.equal(parts!.progressivity, entropies[1]! - entropies[0]!);
  assert.equal(parts!.complexity, design.cost().macs);
});

Deno.test("a network that leads in every part of AZ-NAS has the highest score, 0", async () => {
  await using backend = await openBackend("cpu");
  const texts = [TEXT, "SuperConvK3BNRELU(3,8,1,1)", "SuperConvK3BNRELU(3,4,1,2)SuperConvK3BNRELU(4,16,1,2)"];
  const scores = await Promise.all(texts.map((text) => azNas.score(small(text), drawn(azNas), backend)));
  const ranked = rankedScores(scores.map(({ parts }) => parts!), azNas.ranking!);
  assert.ok(ranked.every((score) => score <= 0) && new Set(ranked).size === 3);
  const best = scores[ranked.indexOf(Math.max(...ranked))]!;
  assert.ok(scores.every(({ parts }) => best.parts!.expressivity! >= parts!.expressivity!));
});
