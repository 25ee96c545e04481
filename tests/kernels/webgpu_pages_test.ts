/** Graphs whose tensors are in several GPU buffers, because one is too small for all. */
import assert from "node:assert/strict";
import {
  evaluate,
  type Graph,
  GraphBuilder,
  type NodeId,
  type OpName,
  planArenas,
  Random,
  type RunOptions,
  type Shape,
} from "../../core/mod.ts";
import { elementCount } from "../../core/graph/shape.ts";
import { openCpu, openWebGpu } from "../../kernels/mod.ts";
import { GpuDevice } from "../../kernels/webgpu/device.ts";
import { planGraph } from "../../kernels/webgpu/plan.ts";
import { SLOTS } from "../../kernels/webgpu/wgsl/kernel.ts";
import { cases } from "./cases.ts";
import { chainGraph, randomChain } from "./chains.ts";
import { worstError } from "./compare.ts";
import { adapter, webGpuTest } from "./webgpu.ts";

const TOLERANCE = 5e-6;

/** Room for the vectors of the cases here, which are all in one buffer. */
const VECTOR_BYTES = 2 ** 12;

/** Bytes of the smallest buffers that hold each of a graph's tensors. */
const smallestBytes = ({ nodes }: Graph): number =>
  Math.max(VECTOR_BYTES, ...nodes.map(({ shape }) => 4 * elementCount(shape)));

Deno.test("values over a limit go to several arenas, and those alive at once never overlap", () => {
  const random = new Random(7, 0), limit = 100 * 64;
  const lifetimes = Array.from({ length: 200 }, () => {
    const first = random.below(50);
    return { bytes: 1 + random.below(limit), first, last: first + random.below(9) };
  });
  const { arenas, offsets, bytes } = planArenas(lifetimes, limit);
  assert.ok(bytes.length > 1 && bytes.every((each) => each <= limit), `${bytes}`);
  assert.ok(lifetimes.every((one, index) => offsets[index]! + one.bytes <= bytes[arenas[index]!]!));
  lifetimes.forEach((one, index) =>
    lifetimes.slice(0, index).forEach((other, before) => {
      const together = arenas[index] === arenas[before] && one.first <= other.last && other.first <= one.last;
      const [a, b] = [offsets[index]!, offsets[before]!];
      assert.ok(!together || a + one.bytes <= b || b + other.bytes <= a, `${before} and ${index}`);
    })
  );
  assert.deepEqual(planArenas([{ bytes: 500, first: 0, last: 0 }], 100), { arenas: [0], offsets: [0], bytes: [500] });
});

/** One operation of each way to reach tensors. */
const chosen: readonly OpName[] = [
  "conv2d",
  "conv2d_input",
  "conv2d_weight",
  "add",
  "max_pool_scatter",
  "concat",
  "sum",
];

/** A convolution of tensors as large as each other that adds one which lives on. */
function fourTensors(): Graph {
  const builder = new GraphBuilder();
  const draw = (shape: Shape, stream: number): NodeId => builder.add("gaussian", [], { shape, stream });
  const addend = draw([1, 32, 32, 32], 2), geometry = { stride: 1, padding: 2, groups: 1 };
  const y = builder.add("conv2d", [draw([1, 32, 32, 32], 0), draw([32, 5, 5, 32], 1)], geometry);
  return builder.build([builder.add("add", [y, addend], {}), addend]);
}

webGpuTest("operations over several buffers agree with the oracle", async () => {
  using device = await GpuDevice.open({ adapter: "best", precision: "f32" });
  const check = async (graph: Graph, run: RunOptions, name: string): Promise<number> => {
    const limits = { ...device.limits, bufferBytes: smallestBytes(graph) };
    const { plan, uploadsOf } = planGraph(graph, { limits, precision: "f32" });
    const [actual] = await (await device.submit([{ plan, options: { seed: run.seed ?? 0 }, uploads: uploadsOf(run) }]))
      .read();
    evaluate(graph, run).forEach((expected, output) => {
      const error = worstError(actual![output]!, expected);
      assert.ok(error <= TOLERANCE, `output ${output} of ${name}: error ${error}`);
    });
    return Math.max(...plan.dispatches.map(({ pages }) => pages.length));
  };
  const slots: number[] = [];
  for (const op of chosen) {
    for (const one of cases[op].filter(({ graph }) => graph.nodes[0]!.shape.length > 1)) {
      slots.push(await check(one.graph, { feeds: one.feeds }, one.name));
    }
  }
  for (let index = 0; index < 20; index++) {
    const chain = randomChain(index), { graph, run } = chainGraph(chain, { whole: index % 2 === 0 });
    slots.push(await check(graph, run, JSON.stringify(chain)));
  }
  assert.ok(slots.filter((count) => count > 1).length > slots.length / 2, slots.join());
  assert.equal(await check(fourTensors(), { seed: 1 }, "a convolution that adds"), SLOTS);
});

/** Twice the sum of drawn tensors, which are added in two rounds so that all are alive at once. */
function addition(tensors: number, elements: number): Graph {
  const builder = new GraphBuilder();
  const drawn = Array.from(
    { length: tensors },
    (_, stream) => builder.add("gaussian", [], { shape: [1, elements], stream }),
  );
  const total = [...drawn, ...drawn].reduce((sum, id) => builder.add("add", [sum, id], {}));
  return builder.build([builder.add("sum", [total], {})]);
}

/** Elements of a 32 MiB tensor. */
const LARGE = 2 ** 23;

webGpuTest("a graph that is larger than any buffer gives what the CPU backend gives", async (t) => {
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter!.limits;
  const limit = Math.min(maxStorageBufferBindingSize!, maxBufferSize!), tensors = Math.ceil(1.2 * limit / (4 * LARGE));
  const fits = tensors <= 6;
  await t.step({
    name: fits ? "more than a buffer" : `more than a buffer (needs one of less than ${limit} bytes)`,
    ignore: !fits,
    fn: async () => {
      await using backend = await openWebGpu();
      await using cpu = await openCpu({ workers: 1 });
      const graph = addition(tensors, LARGE);
      using program = backend.compile(graph);
      using beside = cpu.compile(graph);
      const [sum] = await program.run({ seed: 1 }), [expected] = await beside.run({ seed: 1 });
      assert.ok(Math.abs(sum![0]! - expected![0]!) < 1e-3 * Math.sqrt(tensors * LARGE), `${sum}, not ${expected}`);
      const { bytes } = await backend.usage();
      assert.ok(bytes > limit, `${bytes} bytes of ${limit} a buffer`);
    },
  });
});

Deno.test("a tensor that no buffer holds is refused by name, whatever else fits", () => {
  const graph = addition(3, LARGE), limits = { bufferBytes: 4 * LARGE, workgroups: 65_535, parameterAlignment: 256 };
  assert.equal(planGraph(graph, { limits, precision: "f32" }).plan.pageBytes.length, 4);
  assert.throws(() => planGraph(graph, { limits: { ...limits, bufferBytes: 4 * LARGE - 4 }, precision: "f32" }), {
    name: "DeviceMemoryError",
    message:
      "Cannot hold tensor gaussian 0 [1,8388608] in one storage buffer as it needs 33554432 bytes of at most 33554428",
  });
});
