/** An operation writes over what it reads for the last time: never over what others read, or over a smaller tensor. */
import assert from "node:assert/strict";
import { type Backend, evaluate, GraphBuilder, type NodeId, type OpName } from "../../core/mod.ts";
import { openCpu, openWebGpu } from "../../kernels/mod.ts";
import { normals } from "./cases.ts";
import { worstError } from "./compare.ts";
import type { Fed } from "./layers.ts";
import { webGpuTest } from "./webgpu.ts";

type Twins = (builder: GraphBuilder, x: NodeId) => readonly [NodeId, NodeId];

const SHAPE = [2, 3, 5, 8];

/** Twice the same statistics. */
const statistics = (op: Extract<OpName, "channel_mean" | "channel_variance">): Twins => (builder, x) => [
  builder.add(op, [x], {}),
  builder.add(op, [x], {}),
];

/** Twice the statistics of a convolution, which takes them while it writes. */
const convolved = (op: Extract<OpName, "channel_mean" | "channel_variance">): Twins => (builder, x) => {
  const weight = builder.add("gaussian", [], { shape: [8, 1, 1, 8], stream: 1 });
  return statistics(op)(builder, builder.add("conv2d", [x, weight], { stride: 1, padding: 0, groups: 1 }));
};

/** A tensor, and the same under another shape. */
const reshaped: Twins = (builder, x) => {
  const tensor = builder.add("affine", [x], { scale: 0.5, shift: 0.25 });
  return [tensor, builder.add("reshape", [tensor], { shape: [6, 40] })];
};

/** A tensor that is read twice. */
const itself: Twins = (builder, x) => {
  const tensor = builder.add("affine", [x], { scale: 0.5, shift: 0.25 });
  return [tensor, tensor];
};

const twins: Readonly<Record<string, Twins>> = {
  tensor: itself,
  channel_mean: statistics("channel_mean"),
  channel_variance: statistics("channel_variance"),
  "a convolution's channel_mean": convolved("channel_mean"),
  "a convolution's channel_variance": convolved("channel_variance"),
  reshape: reshaped,
};

/** A tensor that is kept, times one value a channel that is not. */
function gatedGraph(): Fed {
  const builder = new GraphBuilder(), x = builder.add("input", [], { name: "x", shape: SHAPE });
  const gate = builder.add("exp", [builder.add("channel_mean", [x], {})], {});
  const tensor = builder.add("affine", [x], { scale: 0.5, shift: 0.25 });
  return {
    graph: builder.build([builder.add("mul", [tensor, gate], {}), tensor]),
    run: { feeds: { x: normals(SHAPE, 1) } },
  };
}

/** Each twin is read once, in either order, by an operation that writes over what dies; or one is also an output. */
function twinGraph(twin: Twins, { first, kept }: { readonly first: 0 | 1; readonly kept: boolean }): Fed {
  const builder = new GraphBuilder(), x = builder.add("input", [], { name: "x", shape: SHAPE });
  const pair = twin(builder, x), early = builder.add("exp", [pair[first]!], {}), other = pair[1 - first]!;
  const late = kept ? other : builder.add("affine", [other], { scale: 3, shift: 1 });
  return { graph: builder.build([early, late]), run: { feeds: { x: normals(SHAPE, 1) }, seed: 4 } };
}

async function assertAgrees(
  backend: Backend,
  { graph, run }: Fed,
  { label }: { readonly label: string },
): Promise<void> {
  const expected = evaluate(graph, run);
  using program = backend.compile(graph);
  (await program.run(run)).forEach((tensor, output) => {
    const error = worstError(tensor, expected[output]!);
    assert.ok(error < 5e-6, `${label}, output ${output}: ${error}`);
  });
}

async function assertKept(backend: Backend): Promise<void> {
  for (const [name, twin] of Object.entries(twins)) {
    for (const [first, kept] of [[0, false], [0, true], [1, false], [1, true]] as const) {
      const label = `${name}, twin ${first} read first, other kept: ${kept}`;
      await assertAgrees(backend, twinGraph(twin, { first, kept }), { label });
    }
  }
  await assertAgrees(backend, gatedGraph(), { label: "a gate" });
}

Deno.test("the CPU backend writes over no buffer that is read again or too small", async () => {
  await using backend = await openCpu({ workers: 1 });
  await assertKept(backend);
});

webGpuTest("the WebGPU backend writes over no buffer that is read again or too small", async () => {
  await using backend = await openWebGpu();
  await assertKept(backend);
});
