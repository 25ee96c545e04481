import assert from "node:assert/strict";
import { type Backend, evaluate, type Graph, GraphBuilder, type NodeId, type OpName, ops } from "../../core/mod.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import { compileSplit } from "../../kernels/cpu/program.ts";
import { splits } from "../../kernels/cpu/wide/split.ts";
import { openCpu } from "../../kernels/mod.ts";
import { type Case, cases, normals, opCase } from "./cases.ts";
import { worstError } from "./compare.ts";

/** Relative to the largest magnitude of the output: float32 sums of some hundred products. */
const TOLERANCE = 2e-6;

async function outputs(backend: Backend, graph: Graph, run: RunOptions): Promise<Float32Array[]> {
  using program = backend.compile(graph, { allCores: true });
  return await program.run(run);
}

async function check(backends: readonly Backend[], { name, graph, feeds }: Case): Promise<void> {
  const run = { feeds, seed: 7, draw: 2 }, [expected] = evaluate(graph, run);
  const all = await Promise.all(backends.map((backend) => outputs(backend, graph, run)));
  const error = worstError(all[0]![0]!, expected!);
  assert.ok(error <= TOLERANCE, `${name}: error ${error}`);
  const [first, ...others] = all.map(([tensor]) => new Uint32Array(tensor!.buffer).join());
  for (const other of others) assert.equal(other, first, `${name}: other bits with more workers`);
}

/** Larger cases, of which several parts are made: of each kernel that is ever cut, and each way to cut it. */
const large: readonly Case[] = [
  opCase("conv2d", { stride: 1, padding: 1, groups: 1 }, { shapes: [[8, 16, 16, 5], [9, 3, 3, 5], [9]] }),
  opCase("conv2d", { stride: 2, padding: 1, groups: 24 }, { shapes: [[20, 33, 31, 24], [24, 3, 3, 1]] }),
  opCase("conv2d", { stride: 1, padding: 0, groups: 1 }, { shapes: [[7, 17, 16, 24], [13, 1, 1, 24]] }),
  opCase("conv2d_input", { stride: 2, padding: 1, groups: 1, size: [32, 32] }, {
    shapes: [[9, 16, 16, 8], [8, 3, 3, 40]],
  }),
  opCase("conv2d_weight", { stride: 1, padding: 1, groups: 1, kernel: [3, 3] }, {
    shapes: [[8, 16, 16, 8], [8, 16, 16, 9]],
  }),
  opCase("conv2d_weight", { stride: 1, padding: 0, groups: 1, kernel: [1, 1] }, {
    shapes: [[8, 16, 16, 20], [8, 16, 16, 9]],
  }),
  opCase("linear", {}, { shapes: [[2000, 20], [24, 20], [24]] }),
  opCase("channel_mean", {}, { shapes: [[9, 33, 31, 13]], fill: (value) => value + 2 }),
  opCase("channel_variance", {}, { shapes: [[9, 33, 31, 13]] }),
  opCase("channel_variance", {}, { shapes: [[9, 30_000]], fill: (value) => value + 2 }),
  opCase("reduce_sum", { shape: [13] }, { shapes: [[9, 33, 31, 13]] }),
  opCase("relu", {}, { shapes: [[9, 33, 31, 13]] }),
  opCase("exp", {}, { shapes: [[100_001]] }),
  opCase("add", {}, { shapes: [[100_001], [100_001]] }),
  opCase("mul", {}, { shapes: [[9, 33, 31, 13], [13]] }),
  opCase("mul", {}, { shapes: [[9, 33, 31, 13], [9, 1, 1, 13]] }),
  opCase("add", {}, { shapes: [[9, 33, 31, 13], [1]] }),
  opCase("broadcast", { shape: [9, 33, 31, 13] }, { shapes: [[1]] }),
  opCase("broadcast", { shape: [9, 33, 31, 13] }, { shapes: [[13]] }),
  opCase("broadcast", { shape: [9, 33, 31, 13] }, { shapes: [[9, 1, 1, 13]] }),
  opCase("log_softmax", {}, { shapes: [[201, 1000]] }),
  opCase("concat", {}, { shapes: [[9, 33, 31, 13], [9, 33, 31, 8]] }),
  opCase("pad_channels", { before: 2, after: 3 }, { shapes: [[9, 33, 31, 13]] }),
  opCase("flatten", {}, { shapes: [[9, 33, 31, 13]] }),
  opCase("max_pool", { kernel: 3, stride: 2, padding: 1 }, { shapes: [[9, 33, 31, 13]] }),
  opCase("max_pool_scatter", { kernel: 3, stride: 2, padding: 1 }, { shapes: [[9, 33, 31, 13], [9, 17, 16, 13]] }),
  opCase("max_pool_gather", { kernel: 3, stride: 2, padding: 1 }, { shapes: [[9, 33, 31, 13], [9, 33, 31, 13]] }),
  opCase("average_unpool", { kernel: 3, stride: 2, padding: 1, size: [33, 31] }, { shapes: [[9, 17, 16, 13]] }),
  opCase("adaptive_average_pool", { size: 3 }, { shapes: [[9, 33, 31, 13]] }),
  opCase("adaptive_average_unpool", { size: [33, 31] }, { shapes: [[9, 3, 3, 13]] }),
];

/** A convolution by tiles of 2×2 outputs, as trained networks have: its output is normalised by known statistics. */
function tiles(): Case {
  const builder = new GraphBuilder(), feeds: Record<string, Float32Array> = {};
  const given = (name: string, shape: number[]): NodeId => {
    feeds[name] = normals(shape, 1).map((value) => shape.length > 1 ? value : Math.abs(value) + 0.5);
    return builder.add("input", [], { name, shape });
  };
  const x = given("x", [9, 16, 16, 16]), weight = given("weight", [16, 3, 3, 16]);
  const y = builder.add("conv2d", [x, weight], { stride: 1, padding: 1, groups: 1 });
  const vectors = ["mean", "variance", "scale", "shift"].map((name) => given(name, [16]));
  const normalized = builder.add("normalize", [y, ...vectors], { epsilon: 1e-3 });
  return { name: "tiles", graph: builder.build([builder.add("relu", [normalized], {})]), feeds };
}

Deno.test("every operation on all cores is the oracle's, whatever the number of workers", async (t) => {
  await using one = await openCpu({ workers: 1 });
  await using two = await openCpu({ workers: 2 });
  await using three = await openCpu({ workers: 3 });
  await t.step("tiles", () => check([one, two, three], tiles()));
  for (const op of Object.keys(ops) as OpName[]) {
    await t.step(op, async () => {
      for (const few of cases[op]) await check([one, two], few);
      for (const many of large.filter(({ graph }) => graph.nodes.at(-1)!.op === op)) {
        await check([one, two, three], many);
      }
    });
  }
});

Deno.test("the large cases cut every kernel that is ever cut", () => {
  const calls = [...large, tiles()].flatMap(({ graph }) => compileSplit(graph, { start: 0, held: new Map() }).phases)
    .filter((parts) => parts.length > 1).flat(2);
  const decisions = new Set<unknown>(calls.map(({ kernel }) => splits[kernel]));
  const missing = Object.entries(splits).filter(([, decision]) => !("whole" in decision) && !decisions.has(decision));
  assert.deepEqual(missing.map(([kernel]) => kernel), []);
});
