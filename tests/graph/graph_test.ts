import assert from "node:assert/strict";
import { evaluate, GraphBuilder, nodeMacs, peakBytes, planArena, readersOf, ShapeError } from "../../core/mod.ts";

Deno.test("a graph keeps what its outputs need, in order, with shapes inferred", () => {
  const builder = new GraphBuilder();
  const x = builder.add("input", [], { name: "x", shape: [1, 4, 4, 3] });
  builder.add("relu", [x], {});
  const weight = builder.add("constant", [], { shape: [5, 3, 3, 3], values: [1] });
  const y = builder.add("conv2d", [x, weight], { stride: 2, padding: 1, groups: 1 });
  const graph = builder.build([y, x]);
  assert.deepEqual(graph.nodes.map(({ op }) => op), ["input", "constant", "conv2d"]);
  assert.deepEqual(graph.outputs, [2, 0]);
  assert.deepEqual(graph.nodes[2]!.shape, [1, 2, 2, 5]);
  assert.equal(nodeMacs(graph, graph.nodes[2]!), 2 * 2 * 5 * 27);
  assert.deepEqual(structuredClone(graph), graph);
});

Deno.test("misfits are thrown where they are added", () => {
  const builder = new GraphBuilder();
  const x = builder.add("input", [], { name: "x", shape: [1, 4, 4, 3] });
  const weight = builder.add("constant", [], { shape: [5, 3, 3, 4], values: [1] });
  assert.throws(() => builder.add("conv2d", [x, weight], { stride: 1, padding: 1, groups: 1 }), ShapeError);
  assert.throws(() => builder.add("add", [x, weight], {}), ShapeError);
  assert.throws(() => builder.add("linear", [x, weight], {}), ShapeError);
  assert.throws(() => builder.add("max_pool", [x], { kernel: 9, stride: 1, padding: 1 }), ShapeError);
  assert.throws(() => builder.add("relu", [99], {}), ShapeError);
  assert.throws(() => builder.add("constant", [], { shape: [2], values: [1, 2, 3] }), ShapeError);
  assert.throws(() => builder.add("gaussian", [], { shape: [0], stream: 0 }), ShapeError);
});

Deno.test("the readers of each node of a graph, in order, once for each time that they read it", () => {
  const builder = new GraphBuilder();
  const x = builder.add("input", [], { name: "x", shape: [2] });
  const relu = builder.add("relu", [x], {}), square = builder.add("mul", [x, x], {});
  const graph = builder.build([builder.add("add", [square, relu], {})]);
  assert.deepEqual(readersOf(graph), [[relu, square, square], [3], [3], []]);
});

/** The oracle's value of one operation on fed tensors. */
function oracle(build: (builder: GraphBuilder) => number, feeds: Record<string, number[]> = {}): number[] {
  const builder = new GraphBuilder();
  const graph = builder.build([build(builder)]);
  const fed = Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, Float32Array.from(values)]));
  return [...evaluate(graph, { feeds: fed })[0]!];
}

Deno.test("the oracle's convolution, by hand: padding, stride and groups", () => {
  const one = oracle((b) =>
    b.add("conv2d", [
      b.add("input", [], { name: "x", shape: [1, 3, 3, 1] }),
      b.add("constant", [], { shape: [1, 3, 3, 1], values: [1] }),
      b.add("constant", [], { shape: [1], values: [10] }),
    ], { stride: 2, padding: 1, groups: 1 }), { x: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
  assert.deepEqual(one, [1 + 2 + 4 + 5, 2 + 3 + 5 + 6, 4 + 5 + 7 + 8, 5 + 6 + 8 + 9].map((sum) => sum + 10));
  const grouped = oracle((b) =>
    b.add("conv2d", [
      b.add("input", [], { name: "x", shape: [1, 1, 1, 4] }),
      b.add("input", [], { name: "w", shape: [2, 1, 1, 2] }),
    ], { stride: 1, padding: 0, groups: 2 }), { x: [1, 2, 3, 4], w: [1, 10, 100, 1000] });
  assert.deepEqual(grouped, [21, 4300]);
});

Deno.test("the oracle's batch statistics, normalisation and pooling, by hand", () => {
  const x = { x: [1, 10, 3, 30] };
  const input = (b: GraphBuilder): number => b.add("input", [], { name: "x", shape: [1, 2, 1, 2] });
  assert.deepEqual(oracle((b) => b.add("channel_mean", [input(b)], {}), x), [2, 20]);
  assert.deepEqual(oracle((b) => b.add("channel_variance", [input(b)], {}), x), [1, 100]);
  const normalized = oracle((b) => {
    const node = input(b), vector = (values: number[]): number => b.add("constant", [], { shape: [2], values });
    const [mean, variance] = [b.add("channel_mean", [node], {}), b.add("channel_variance", [node], {})];
    return b.add("normalize", [node, mean, variance, vector([2, 3]), vector([5, 7])], { epsilon: 0 });
  }, x);
  assert.deepEqual(normalized, [3, 4, 7, 10]);
  assert.deepEqual(oracle((b) => b.add("max_pool", [input(b)], { kernel: 3, stride: 1, padding: 1 }), x), [
    3,
    30,
    3,
    30,
  ]);
  assert.deepEqual(
    oracle((b) => b.add("average_pool", [input(b)], { kernel: 3, stride: 1, padding: 1 }), x),
    [2, 20, 2, 20],
  );
  assert.deepEqual(oracle((b) => b.add("adaptive_average_pool", [input(b)], { size: 1 }), x), [2, 20]);
  assert.deepEqual(oracle((b) => b.add("flatten", [input(b)], {}), x), [1, 3, 10, 30]);
});

Deno.test("the oracle's reductions and elementwise operations, by hand", () => {
  const pair = (b: GraphBuilder): number[] => ["x", "y"].map((name) => b.add("input", [], { name, shape: [2] }));
  const feeds = { x: [1, -2], y: [3, 5] };
  assert.deepEqual(oracle((b) => b.add("sum_abs_difference", pair(b), {}), feeds), [9]);
  assert.deepEqual(oracle((b) => b.add("means", pair(b), {}), feeds), [-0.5, 4]);
  assert.deepEqual(oracle((b) => b.add("concat", pair(b), {}), feeds), [1, -2, 3, 5]);
  assert.deepEqual(oracle((b) => b.add("sum", [pair(b)[1]!], {}), feeds), [8]);
  assert.deepEqual(oracle((b) => b.add("affine", [pair(b)[0]!], { scale: 3, shift: 1 }), feeds), [4, -5]);
  assert.deepEqual(oracle((b) => b.add("relu", [pair(b)[0]!], {}), feeds), [1, 0]);
  const [swish] = oracle((b) => b.add("swish", [pair(b)[0]!], {}), feeds);
  assert.ok(Math.abs(swish! - 1 / (1 + Math.exp(-1))) < 1e-15);
});

Deno.test("a missing or misshapen feed is one clear error", () => {
  const build = (b: GraphBuilder): number => b.add("input", [], { name: "image", shape: [2] });
  assert.throws(() => oracle(build), /every input needs a feed: got none for image/);
  assert.throws(() => oracle(build, { image: [1] }), ShapeError);
});

Deno.test("an arena holds live values apart and is no larger than needed", () => {
  const lifetimes = [
    { bytes: 100, first: 0, last: 1 },
    { bytes: 300, first: 1, last: 2 },
    { bytes: 100, first: 2, last: 3 },
    { bytes: 64, first: 0, last: 3 },
  ];
  const { offsets, bytes } = planArena(lifetimes);
  lifetimes.forEach((a, i) =>
    lifetimes.forEach((b, j) => {
      if (i >= j || a.first > b.last || b.first > a.last) return;
      assert.ok(offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!, `${i} over ${j}`);
    })
  );
  assert.equal(bytes, 320 + 128 + 64);
  assert.equal(peakBytes(lifetimes), 464);
});
