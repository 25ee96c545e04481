/** Simplified networks compute the same. */
import assert from "node:assert/strict";
import { compareOutputs, simplify } from "@zennas/zennas/mobile";
import { network, oracle, testImages } from "./networks.ts";

const structures = [
  "SuperConvK3BNRELU(3,8,2,1)SuperResK1K3K1(8,16,2,8,1)",
  "BN(3)ConvKX(3,8,3,1)BN(8)Swish(8)BN(8)ConvDW(8,5,2)BN(8)BN(8)",
  "ConvKX(3,8,3,1)MultiSumBlock(BN(8);Sequential(ConvKX(8,8,1,1)BN(8)))",
];

Deno.test("folding changes no answer, and leaves no normalisation or swish", () => {
  for (const text of structures) {
    const of = network(text, { squeezeExcite: true, resolution: 8 }),
      simple = simplify(of),
      [image] = testImages(of, 1);
    const { relativeDifference } = compareOutputs([oracle(of, image!)], [oracle(simple, image!)]);
    assert(relativeDifference < 1e-5, `${text}: ${relativeDifference}`);
    const left = new Set(simple.graph.nodes.map(({ op }) => op));
    assert(!left.has("normalize") && !left.has("swish") && !left.has("constant"), [...left].join());
  }
});

Deno.test("a convolution that others read too keeps its own output", () => {
  const of = network("ConvKX(3,8,3,1)MultiCatBlock(BN(8);RELU(8))", { resolution: 8 }), [image] = testImages(of, 1);
  const { relativeDifference } = compareOutputs([oracle(of, image!)], [oracle(simplify(of), image!)]);
  assert(relativeDifference < 1e-5, `${relativeDifference}`);
});

Deno.test("a convolution that the network gives out keeps its own output", () => {
  const given = network("ConvKX(3,8,3,1)BN(8)", { resolution: 8 }), [image] = testImages(given, 1);
  const { nodes, outputs } = given.graph, convolution = nodes.findIndex(({ op }) => op === "conv2d");
  const of = { ...given, graph: { nodes, outputs: [convolution, ...outputs] } };
  const { relativeDifference } = compareOutputs([oracle(of, image!)], [oracle(simplify(of), image!)]);
  assert(relativeDifference < 1e-5, `${relativeDifference}`);
});
