import assert from "node:assert/strict";
import { evaluate } from "../../core/mod.ts";
import { openCpu } from "../../kernels/mod.ts";
import { worstError } from "./compare.ts";
import { farFromZero, type Layer, layerGraph, randomLayer } from "./layers.ts";

const TOLERANCE = 5e-6;

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
    const { graph, run } = layerGraph(layer, { whole: false });
    using fused = backend.compile(graph);
    using separate = backend.compile(layerGraph(layer, { whole: true }).graph);
    const actual = await fused.run(run), unfused = await separate.run(run), expected = evaluate(graph, run);
    actual.forEach((tensor, output) => {
      const error = worstError(tensor, expected[output]!);
      assert.ok(error <= TOLERANCE, `output ${output} of ${JSON.stringify(layer)}: error ${error}`);
      assert.deepEqual(tensor, unfused[output], `output ${output} of ${JSON.stringify(layer)} depends on fusion`);
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
