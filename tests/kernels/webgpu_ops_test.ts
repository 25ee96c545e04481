import assert from "node:assert/strict";
import { type Backend, evaluate, fillNormal, GraphBuilder, type OpName, ops, type Shape } from "../../core/mod.ts";
import { openCpu, openWebGpu } from "../../kernels/mod.ts";
import { type Case, cases, opCase } from "./cases.ts";
import { assertFusionAgrees, worstError } from "./compare.ts";
import { farFromZero, layerGraph, randomLayer } from "./layers.ts";
import { webGpuTest } from "./webgpu.ts";

/** Relative to the largest magnitude of the output: float32 sums of some thousand products, WGSL's exp and log. */
const TOLERANCE = 2e-6;

/** Both transposes of a convolution, with half of its kernel as padding unless told. */
function gradientCases({ x, o, kernel, stride = 1, padding = kernel >> 1, groups = 1 }: {
  readonly x: readonly [n: number, h: number, w: number, c: number];
  readonly o: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}): readonly Case[] {
  const [n, h, w, c] = x, geometry = { stride, padding, groups };
  const [oh, ow] = [h, w].map((extent) => Math.floor((extent + 2 * padding - kernel) / stride) + 1) as [number, number];
  const y = [n, oh, ow, o];
  return [
    opCase("conv2d_input", { ...geometry, size: [h, w] }, { shapes: [y, [o, kernel, kernel, c / groups]] }),
    opCase("conv2d_weight", { ...geometry, kernel: [kernel, kernel] }, { shapes: [x, y] }),
  ];
}

/** Shapes beyond one tile, one workgroup or one level of a reduction. */
const larger: readonly Case[] = [
  ...([[[1, 19, 23, 12], [132, 1, 1, 12]], [[2, 13, 17, 8], [68, 3, 3, 8]], [[3, 11, 13, 36], [36, 3, 3, 1]]] as const)
    .map(([x, weight]) =>
      opCase("conv2d", { stride: 1, padding: weight[1] >> 1, groups: x[3] / weight[3] }, { shapes: [x, weight] })
    ),
  ...gradientCases({ x: [3, 23, 21, 20], o: 36, kernel: 3 }),
  ...gradientCases({ x: [2, 9, 11, 36], o: 72, kernel: 3 }),
  ...gradientCases({ x: [2, 19, 17, 80], o: 8, kernel: 1, stride: 2 }),
  ...gradientCases({ x: [3, 21, 19, 80], o: 72, kernel: 5, stride: 2, groups: 2 }),
  ...gradientCases({ x: [1, 14, 13, 12], o: 20, kernel: 2, stride: 3, groups: 4 }),
  ...gradientCases({ x: [3, 29, 31, 36], o: 36, kernel: 5, stride: 2, groups: 36 }),
  ...gradientCases({ x: [2, 21, 27, 33], o: 33, kernel: 9, groups: 33 }),
  opCase("linear", {}, { shapes: [[130, 700], [70, 700]] }),
  opCase("sum", {}, { shapes: [[3, 50, 50, 8]] }),
  opCase("sum_abs_difference", {}, { shapes: [[70_001], [70_001]] }),
  opCase("means", {}, { shapes: [...Array.from({ length: 64 }, (_, index): Shape => [index + 1]), [3, 40, 40, 4]] }),
  opCase("channel_variance", {}, { shapes: [[5, 17, 13, 70]] }),
  opCase("reduce_sum", { shape: [20] }, { shapes: [[4, 31, 30, 20]] }),
  opCase("log_softmax", {}, { shapes: [[3, 1000]] }),
  opCase("add", {}, { shapes: [[70_000], [70_000]] }),
];

const SEED = { seed: 7, draw: 2 };
const references = new Map<Case, Float64Array>();

/** What the oracle computes, once for all backends and precisions: it takes longer than they do. */
function referenceOf(one: Case): Float64Array {
  const known = references.get(one) ?? evaluate(one.graph, { feeds: one.feeds, ...SEED })[0]!;
  references.set(one, known);
  return known;
}

async function check(backend: Backend, one: Case, tolerance: number): Promise<Float32Array> {
  const { name, graph, feeds } = one;
  using program = backend.compile(graph);
  const [actual] = await program.run({ feeds, ...SEED }), error = worstError(actual!, referenceOf(one));
  assert.ok(error <= tolerance, `${name}: error ${error}`);
  return actual!;
}

webGpuTest("the WebGPU backend computes every operation as the oracle and the CPU backend do", async (t) => {
  await using backend = await openWebGpu();
  await using cpu = await openCpu({ workers: 1 });
  const checkBoth = async (one: Case): Promise<void> => {
    const actual = await check(backend, one, TOLERANCE), beside = await check(cpu, one, TOLERANCE);
    assert.ok(worstError(actual, beside) <= TOLERANCE, `${one.name} differs from the CPU's`);
  };
  for (const op of Object.keys(ops) as OpName[]) {
    await t.step(op, async () => {
      assert.ok(cases[op].length > 0, `${op} needs a case`);
      for (const one of cases[op]) await checkBoth(one);
    });
  }
  await t.step("shapes larger than a workgroup", async () => {
    for (const one of larger) await checkBoth(one);
  });
});

webGpuTest("gradients of convolutions of random geometry agree with the oracle", async () => {
  await using backend = await openWebGpu();
  for (let index = 0; index < 60; index++) {
    const { x, o, kernel, stride, padding, groups } = randomLayer(index),
      [n, h, w, c] = x as [number, number, number, number];
    const geometry = { x: [n, h, w, c] as const, o, kernel, stride, padding, groups };
    for (const one of gradientCases(geometry)) await check(backend, one, TOLERANCE);
  }
});

webGpuTest("layers of any geometry agree with the oracle, fused or not", async () => {
  await using backend = await openWebGpu();
  for (let index = 0; index < 40; index++) {
    const layer = randomLayer(index);
    await assertFusionAgrees(backend, (options) => layerGraph(layer, options), layer);
  }
});

webGpuTest("statistics stay accurate where the mean is a thousand deviations", async () => {
  await using backend = await openWebGpu();
  for (const direct of [true, false]) {
    const { graph, run } = farFromZero(1000, direct);
    using program = backend.compile(graph);
    const [mean, variance] = await program.run(run), [expectedMean, expectedVariance] = evaluate(graph, run);
    assert.ok(worstError(mean!, expectedMean!) < 1e-7, `${worstError(mean!, expectedMean!)}`);
    assert.ok(worstError(variance!, expectedVariance!) < 1e-5, `${worstError(variance!, expectedVariance!)}`);
  }
});

webGpuTest("a draw on the GPU has the generator's bits", async () => {
  await using backend = await openWebGpu();
  const draws = [
    { seed: 0, stream: 0, draw: 0 },
    { seed: 1, stream: 16, draw: 3 },
    { seed: 2 ** 53 - 1, stream: 2 ** 31, draw: 2 ** 32 - 1 },
  ];
  for (const { seed, stream, draw } of draws) {
    for (const shape of [[1], [6], [100_003], [3, 33_335]]) {
      const builder = new GraphBuilder();
      using program = backend.compile(builder.build([builder.add("gaussian", [], { shape, stream })]));
      const [actual] = await program.run({ seed, draw });
      const expected = fillNormal(new Float32Array(actual!.length), { seed, stream, draw });
      assert.deepEqual(new Uint32Array(actual!.buffer), new Uint32Array(expected.buffer));
    }
  }
});

webGpuTest("draws that share a dispatch have the generator's bits", async () => {
  await using backend = await openWebGpu();
  const builder = new GraphBuilder(), seed = 5, draw = 1;
  const shapes = Array.from(
    { length: 130 },
    (_, index): Shape => index % 3 === 0 ? [index + 1] : [1 + index % 7, 5, index],
  );
  const large: Shape[] = [[3, 70_001], [5, 65_537], [2, 3]];
  const drawn = [...shapes.slice(0, 70), ...large, ...shapes.slice(70)].map((shape, stream) => ({
    id: builder.add("gaussian", [], { shape, stream }),
    shape,
    stream,
  }));
  using program = backend.compile(builder.build(drawn.map(({ id }) => id)));
  (await program.run({ seed, draw })).forEach((actual, index) => {
    const expected = fillNormal(new Float32Array(actual.length), { seed, stream: drawn[index]!.stream, draw });
    assert.deepEqual(new Uint32Array(actual.buffer), new Uint32Array(expected.buffer), `[${drawn[index]!.shape}]`);
  });
});

webGpuTest("a NaN stays one through activations", async () => {
  await using backend = await openWebGpu();
  const atHundred = { relu: 100, relu6: 6, sigmoid: 1, hard_sigmoid: 1, swish: 100, hard_swish: 100 } as const;
  for (const [op, most] of Object.entries(atHundred) as [keyof typeof atHundred, number][]) {
    const { graph } = opCase(op, {}, { shapes: [[4]] });
    using program = backend.compile(graph);
    const [actual] = await program.run({ feeds: { x0: Float32Array.of(NaN, 100, -100, 0) } });
    assert.ok(Number.isNaN(actual![0]), op);
    assert.deepEqual([...actual!.subarray(1, 3)].map((value) => Math.round(Math.abs(value))), [most, 0]);
  }
});

webGpuTest("statistics of what overflows are no numbers, so that no score of it is one", async () => {
  await using backend = await openWebGpu();
  for (const value of [NaN, Infinity]) {
    const { graph } = opCase("channel_variance", {}, { shapes: [[1, 3, 3, 2]] });
    using program = backend.compile(graph);
    const x0 = Float32Array.from({ length: 18 }, (_, index) => index === 4 ? value : index);
    const [variance] = await program.run({ feeds: { x0 } });
    assert.ok(Number.isNaN(variance![0]) && variance![1]! > 1, `${value}: ${variance}`);
  }
  for (const c of [1, 4]) {
    const { graph } = opCase("max_pool", { kernel: 2, stride: 1, padding: 0 }, { shapes: [[1, 2, 2, c]] });
    using program = backend.compile(graph);
    for (let place = 0; place < 4; place++) {
      const x0 = Float32Array.from({ length: 4 * c }, (_, index) => Math.floor(index / c) === place ? NaN : index);
      const [largest] = await program.run({ feeds: { x0 } });
      assert.ok(largest!.every(Number.isNaN), `${place} of ${c} channels: ${largest}`);
    }
  }
});

/** Half precision keeps 11 bits of each stored value; sums are float32. */
const HALF_TOLERANCE = 2e-3;

/** Whether the largest value of each of a case's tensors is a normal number of half precision. */
function fitsHalf(one: Case): boolean {
  const tensors = [...Object.values(one.feeds).map((feed) => Float64Array.from(feed)), referenceOf(one)];
  const largest = tensors.map((tensor) => tensor.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  return largest.every((value) => value >= 2 ** -14 && value < 2 ** 15);
}

/** Cases of operations whose others are of too many magnitudes. */
const moderate: Partial<Record<OpName, readonly Case[]>> = Object.fromEntries(
  (["log", "sqrt"] as const).map((op) => [op, [opCase(op, {}, { shapes: [[3, 5, 7, 13]], fill: Math.exp })]]),
);

webGpuTest("every operation in f16 gives what its rounding allows", async () => {
  await using backend = await openWebGpu({ precision: "f16" });
  assert.match(backend.device.details, /f16/);
  for (const op of Object.keys(ops) as OpName[]) {
    const fitting = [...cases[op], ...(moderate[op] ?? [])].filter(fitsHalf);
    assert.ok(fitting.length > 0, `${op} needs a case in half precision`);
    for (const one of fitting) await check(backend, one, HALF_TOLERANCE);
  }
}, { feature: "shader-f16" });
