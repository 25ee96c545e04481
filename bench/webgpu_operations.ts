/** Each kernel by itself: the GPU's clock around its dispatch, beside the wall time of its whole graph. */
import { evaluate, type Graph, GraphBuilder, type NodeId, type Shape } from "../core/mod.ts";
import { elementCount } from "../core/shape.ts";
import type { DeviceSpeed, Precision } from "../kernels/mod.ts";
import type { GpuDevice } from "../kernels/webgpu/device.ts";
import type { PlanRun } from "../kernels/webgpu/group.ts";
import { planGraph } from "../kernels/webgpu/plan.ts";
import { median, timeAsyncMs } from "./harness.ts";

/** Figures of one operation. */
export interface KernelFigures {
  readonly name: string;
  readonly kernel: string;
  /** Median of the dispatch, by the GPU's clock. */
  readonly ms: number;
  /** Median of the whole graph from submission to readback, draws of its operands included. */
  readonly wallMs: number;
  readonly gflops: number;
  /** Of multiply-adds in registers, measured in the same run. */
  readonly ofPeak: number;
  /** Operands and result, each once. */
  readonly gbps: number;
  /** Of a copy, measured in the same run. */
  readonly ofCopy: number;
}

/** A graph, and the node of it that is timed. */
interface Subject {
  readonly name: string;
  readonly graph: Graph;
  readonly node: NodeId;
}

const SAMPLES = 5;

interface Layer {
  readonly x: Shape;
  readonly o: number;
  readonly kernel: number;
  readonly groups?: number;
}

function draw(builder: GraphBuilder, shape: Shape): NodeId {
  return builder.add("gaussian", [], { shape, stream: elementCount(shape) % 97 });
}

/** A convolution with what surrounds it in a network: normalised and activated on the way in, statistics on the way out. */
function convolution({ x, o, kernel, groups = 1 }: Layer): Subject {
  const builder = new GraphBuilder(), [, , , c] = x as [number, number, number, number];
  const vector = (value: number): NodeId => builder.add("constant", [], { shape: [c], values: [value] });
  const norm = [vector(0), vector(1), vector(1), vector(0)];
  const normal = builder.add("normalize", [draw(builder, x), ...norm], { epsilon: 1e-3 });
  const weight = draw(builder, [o, kernel, kernel, c / groups]), geometry = { stride: 1, padding: kernel >> 1, groups };
  const node = builder.add("conv2d", [builder.add("relu", [normal], {}), weight], geometry);
  const ends = [builder.add("channel_mean", [node], {}), builder.add("channel_variance", [node], {})];
  const kind = groups === 1 ? `${c}→${o}` : `${c}, ${groups} groups`;
  return { name: `convolution ${kernel}×${kernel} ${kind} at ${x[1]}×${x[2]}`, graph: builder.build(ends), node };
}

function others(x: Shape): Subject[] {
  const subject = (name: string, add: (builder: GraphBuilder) => NodeId): Subject => {
    const builder = new GraphBuilder(), node = add(builder);
    return { name, graph: builder.build([builder.add("sum", [node], {})]), node };
  };
  return [
    subject("gaussian", (builder) => draw(builder, x)),
    subject("swish", (builder) => builder.add("swish", [draw(builder, x)], {})),
    subject("add", (builder) => builder.add("add", [draw(builder, x), draw(builder, [...x])], {})),
    subject(
      "max pool 3×3",
      (builder) => builder.add("max_pool", [draw(builder, x)], { kernel: 3, stride: 2, padding: 1 }),
    ),
    subject("global pool", (builder) => builder.add("adaptive_average_pool", [draw(builder, x)], { size: 1 })),
    subject("sum", (builder) => builder.add("sum", [draw(builder, x)], {})),
  ];
}

/** Layers of every kind; few images where a software driver would take minutes. */
function subjects(software: boolean): Subject[] {
  const n = software ? 1 : 64;
  return [
    convolution({ x: [n, 32, 32, 3], o: 16, kernel: 3 }),
    convolution({ x: [n, 32, 32, 16], o: 16, kernel: 3 }),
    convolution({ x: [n, 16, 16, 64], o: 64, kernel: 3 }),
    convolution({ x: [n, 16, 16, 64], o: 64, kernel: 5 }),
    convolution({ x: [n, 8, 8, 256], o: 256, kernel: 3 }),
    convolution({ x: [n, 16, 16, 64], o: 256, kernel: 1 }),
    convolution({ x: [n, 8, 8, 512], o: 512, kernel: 1 }),
    convolution({ x: [n, 16, 16, 64], o: 64, kernel: 3, groups: 4 }),
    convolution({ x: [n, 16, 16, 192], o: 192, kernel: 5, groups: 192 }),
    ...others([n, 32, 32, 64]),
  ];
}

/** What a run needs of the device it is planned for. */
interface Target {
  readonly device: GpuDevice;
  readonly precision: Precision;
}

/** A run of a graph with draws of seed 1. */
export function planRun(graph: Graph, { device, precision }: Target): PlanRun {
  const { plan, uploadsOf } = planGraph(graph, { limits: device.limits, precision });
  return { plan, options: { seed: 1 }, uploads: uploadsOf({}) };
}

/** Throws where a small relative of what is timed disagrees with the oracle. */
async function checkResult(target: Target): Promise<void> {
  const { graph } = convolution({ x: [1, 6, 5, 8], o: 12, kernel: 3 });
  const [actual] = await (await target.device.submit([planRun(graph, target)])).read();
  const expected = evaluate(graph, { seed: 1 }), tolerance = target.precision === "f16" ? 0.05 : 1e-4;
  const wrong = expected.some((tensor, output) =>
    tensor.some((value, at) => Math.abs(value - actual![output]![at]!) > tolerance * Math.max(1, Math.abs(value)))
  );
  if (wrong) throw new Error("Cannot time the WebGPU backend as it computes something else than the oracle");
}

async function figuresOf({ name, graph, node }: Subject, target: Target, speed: DeviceSpeed): Promise<KernelFigures> {
  const run = planRun(graph, target), { op, inputs, shape } = graph.nodes[node]!;
  const step = run.plan.dispatches.findLastIndex((dispatch) =>
    dispatch.op === op && dispatch.kernel !== "mergeStatistics"
  );
  const timed = op === "sum" ? run.plan.dispatches.findIndex((dispatch) => dispatch.op === op) : step;
  const samples: number[] = [], walls: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    samples.push((await target.device.profile(run))[timed]!);
    walls.push(await timeAsyncMs(async () => await (await target.device.submit([run])).read()));
  }
  const tensors = [shape, ...inputs.map((id) => graph.nodes[id]!.shape)],
    { macs, kernel } = run.plan.dispatches[timed]!;
  const bytes = tensors.reduce((sum, each) => sum + elementCount(each), 0) * (target.precision === "f16" ? 2 : 4);
  const ms = median(samples), gflops = 2 * macs / ms / 1e6, gbps = bytes / ms / 1e6;
  const fractions = { ofPeak: gflops / speed.gflops, ofCopy: gbps / speed.gbps };
  return { name, kernel, ms, wallMs: median(walls), gflops, gbps, ...fractions };
}

/** Figures of every kind of kernel. */
export async function measureKernels(target: Target, speed: DeviceSpeed): Promise<KernelFigures[]> {
  await checkResult(target);
  const figures: KernelFigures[] = [];
  for (const subject of subjects(target.device.adapter.software)) {
    figures.push(await figuresOf(subject, target, speed));
  }
  return figures;
}
