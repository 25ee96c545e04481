import assert from "node:assert/strict";
import { evaluate } from "../../core/mod.ts";
import { openCpu } from "../../kernels/mod.ts";
import { assertFusionAgrees, worstError } from "./compare.ts";
import { farFromZero, type Layer, layerGraph, randomLayer } from "./layers.ts";

/** A depthwise layer whose rows are too long for a band of all its channels. */
const longRows: Layer = {
  x: [1, 9, 150, 72],
  o: 72,
  kernel: 7,
  stride: 2,
  padding: 3,
  groups: 72,
  activation: "swish",
};

Deno.test("layers of any geometry agree with the oracle, and fusing changes no bit", async () => {
  await using backend = await openCpu({ workers: 1 });
  for (const layer of [longRows, ...Array.from({ length: 60 }, (_, index) => randomLayer(index))]) {
    const [fused, separate] = await assertFusionAgrees(backend, (options) => layerGraph(layer, options), layer);
    fused.forEach((tensor, output) => {
      assert.deepEqual(tensor, separate[output], `output ${output} of ${JSON.stringify(layer)} depends on fusion`);
    });
  }
});

Deno.test("statistics stay accurate where the mean is a thousand deviations", async () => {
  await using backend = await openCpu({ workers: 1 });
  for (const direct of [true, false]) {
    const { graph, run } = farFromZero(1000, direct);
    using program = backend.compile(graph);
    const [mean, variance] = await program.run(run), [expectedMean, expectedVariance] = evaluate(graph, run);
    assert.ok(worstError(mean!, expectedMean!) < 1e-7);
    assert.ok(worstError(variance!, expectedVariance!) < 1e-5, `${worstError(variance!, expectedVariance!)}`);
  }
});
