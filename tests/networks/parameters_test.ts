import assert from "node:assert/strict";
import {
  channelsLast,
  fedParameters,
  fillByName,
  filledParameters,
  fillingRules,
  gaussianParameters,
  type Graph,
  GraphBuilder,
  Network,
  type ParameterSource,
} from "../../core/mod.ts";

Deno.test("the filling rule is the published one", () => {
  // By hand: fnv1a32("a") = 0xe40c292c, plus 0x9e3779b9, through the mixer in exact integers.
  const mix = (start: bigint): number => {
    const mask = 0xffffffffn;
    let x = start & mask;
    x ^= x >> 16n;
    x = x * 0x21f0aaadn & mask;
    x ^= x >> 15n;
    x = x * 0x735a2d97n & mask;
    x ^= x >> 15n;
    return Math.fround((2 * (Number(x >> 8n) / 2 ** 24) - 1) * Math.sqrt(3));
  };
  const expected = [1n, 2n, 3n].map((i) => mix(0xe40c292cn + i * 0x9e3779b9n));
  assert.deepEqual([...fillByName("a", 3)], expected);
});

Deno.test("channels go last", () => {
  // [a=1, c=2, h=1, w=3] in PyTorch's order.
  assert.deepEqual([...channelsLast(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 1, 3, 2])], [1, 4, 2, 5, 3, 6]);
  assert.deepEqual([...channelsLast(Float32Array.of(1, 2), [2])], [1, 2]);
});

/** A network of one convolution and one normalisation, put twice on the same graph. */
function twice(parameters: ParameterSource): { graph: Graph; network: Network } {
  const builder = new GraphBuilder();
  const x = builder.add("constant", [], { shape: [1, 4, 4, 2], values: [1] });
  const networks = [0, 1].map(() => new Network({ builder, mode: "train", parameters }));
  const outputs = networks.map((network) =>
    network.batchNorm(network.convolution(x, "c", { channels: 3, kernel: 3 }), "n", { epsilon: 1e-3 })
  );
  return { graph: builder.build(outputs), network: networks[0]! };
}

Deno.test("two forwards share their parameters", () => {
  const { graph, network } = twice(fedParameters());
  assert.deepEqual(network.parameters.map(({ name }) => name), ["c.weight", "n.weight", "n.bias"]);
  assert.equal(graph.nodes.filter(({ op }) => op === "input").length, 3);
});

Deno.test("every gaussian weight has a stream of its own", () => {
  const source = gaussianParameters(), builder = new GraphBuilder();
  for (const name of ["a", "b", "a"]) source(builder, { name, shape: [2, 2], role: "linear_weight" });
  const streams = builder.build([0, 1]).nodes.map((node) =>
    node.op === "gaussian" ? node.attributes.stream : undefined
  );
  assert.deepEqual(streams, [16, 17]);
  assert.throws(() => builder.shape(2), /before it is added/);
});

Deno.test("fillings scale weights by fan-in and leave norms near identity", () => {
  const { network } = twice(fedParameters());
  const unit = filledParameters(network.parameters, fillingRules.unit);
  const scaled = filledParameters(network.parameters, fillingRules.scaled);
  const trained = filledParameters(network.parameters, fillingRules.trained);
  assert.deepEqual([...unit["n.weight"]!, ...unit["n.bias"]!], [1, 1, 1, 0, 0, 0]);
  const ratio = scaled["c.weight"]![5]! / unit["c.weight"]![5]!;
  assert.ok(Math.abs(ratio - Math.sqrt(2 / 18)) < 1e-7);
  assert.ok(Math.abs(trained["n.weight"]![0]! - 1) < 0.18 && trained["n.weight"]![0] !== 1);
});
