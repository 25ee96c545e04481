/**
 * Measures each kernel by itself: the time of its dispatch by the GPU's timestamps, and the wall time of its whole
 * graph.
 */
import { evaluate, type Graph, GraphBuilder, type NodeId, nodeMacs, type Shape } from "../core/mod.ts";
import type { StoragePrecision } from "../core/graph/precision.ts";
import { elementCount, windowExtent } from "../core/graph/shape.ts";
import { median } from "../core/numeric/statistics.ts";
import type { DeviceSpeed } from "../kernels/mod.ts";
import type { GpuDevice } from "../kernels/webgpu/device.ts";
import type { PlanRun } from "../kernels/webgpu/group.ts";
import { planGraph } from "../kernels/webgpu/plan.ts";
import { timeAsyncMs } from "./harness.ts";

/** Figures of one operation. */
export interface KernelFigures {
  readonly name: string;
  /** Its kernel; the one with the most multiply-adds where the operation takes several. */
  readonly kernel: string;
  /** Median milliseconds of all its dispatches together, by the GPU's timestamps. */
  readonly ms: number;
  /**
   * Median milliseconds of the whole graph, from submission to readback, including the random draws of its operands.
   */
  readonly wallMs: number;
  readonly gflops: number;
  /** The share of the peak of multiply-adds in registers, measured in the same run. */
  readonly ofPeak: number;
  /** Gigabytes a second, counting operands and result once each. */
  readonly gbps: number;
  /** The share of the speed of a copy, measured in the same run. */
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
  readonly x: readonly [n: number, h: number, w: number, c: number];
  readonly o: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
}

function draw(builder: GraphBuilder, shape: Shape): NodeId {
  return builder.add("gaussian", [], { shape, stream: elementCount(shape) % 97 });
}

/** A drawn tensor, normalised and activated, as a convolution of a network sees its input. */
function activation(builder: GraphBuilder, x: Shape): NodeId {
  const vector = (value: number): NodeId => builder.add("constant", [], { shape: [x.at(-1)!], values: [value] });
  const norm = [vector(0), vector(1), vector(1), vector(0)];
  return builder.add("relu", [builder.add("normalize", [draw(builder, x), ...norm], { epsilon: 1e-3 })], {});
}

/** A layer's name and the shapes and attributes of its operations. */
function layerOf({ x, o, kernel, stride = 1, groups = 1 }: Layer) {
  const [n, h, w, c] = x, padding = kernel >> 1, geometry = { stride, padding, groups };
  const [oh, ow] = [h, w].map((extent) => windowExtent(extent, { kernel, stride, padding })) as [number, number];
  const kind = groups === 1 ? `${c}→${o}` : `${c}, ${groups} groups`, strided = stride === 1 ? "" : ` by ${stride}`;
  const name = `${kernel}×${kernel} ${kind}${strided} at ${h}×${w}`;
  return { name, geometry, weight: [o, kernel, kernel, c / groups], y: [n, oh, ow, o] };
}

/**
 * A convolution with its neighbours in a network: the input is normalised and activated while it is read, and the
 * statistics of the output are taken while it is written.
 */
function convolution(layer: Layer): Subject {
  const builder = new GraphBuilder(), { name, geometry, weight } = layerOf(layer);
  const node = builder.add("conv2d", [activation(builder, layer.x), draw(builder, weight)], geometry);
  const ends = [builder.add("channel_mean", [node], {}), builder.add("channel_variance", [node], {})];
  return { name: `convolution ${name}`, graph: builder.build(ends), node };
}

/**
 * Both gradients of a convolution. That of the weight reads its input under a view (normalised and activated), as in a
 * backward pass.
 */
function gradients(layer: Layer): Subject[] {
  const { name, geometry, weight, y } = layerOf(layer), [, h, w] = layer.x;
  const subject = (side: string, add: (builder: GraphBuilder) => NodeId): Subject => {
    const builder = new GraphBuilder(), node = add(builder);
    return { name: `${side} gradient ${name}`, graph: builder.build([builder.add("sum", [node], {})]), node };
  };
  return [
    subject(
      "input",
      (builder) =>
        builder.add("conv2d_input", [draw(builder, y), draw(builder, weight)], { ...geometry, size: [h, w] }),
    ),
    subject("weight", (builder) =>
      builder.add("conv2d_weight", [activation(builder, layer.x), draw(builder, y)], {
        ...geometry,
        kernel: [layer.kernel, layer.kernel],
      })),
  ];
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

/** Layers of every kind; only one image on a software driver, which would take minutes otherwise. */
function subjects(software: boolean): Subject[] {
  const n = software ? 1 : 64;
  const first: Layer = { x: [n, 32, 32, 3], o: 16, kernel: 3 },
    square: Layer = { x: [n, 16, 16, 64], o: 64, kernel: 3 };
  const deep: Layer = { x: [n, 8, 8, 256], o: 256, kernel: 3 },
    pointwise: Layer = { x: [n, 8, 8, 512], o: 512, kernel: 1 };
  const depthwise: Layer = { x: [n, 16, 16, 192], o: 192, kernel: 5, groups: 192 };
  const strided: Layer = { x: [n, 16, 16, 64], o: 128, kernel: 3, stride: 2 };
  return [
    convolution(first),
    convolution({ x: [n, 32, 32, 16], o: 16, kernel: 3 }),
    convolution(square),
    convolution({ ...square, kernel: 5 }),
    convolution(strided),
    convolution(deep),
    ...(software ? [] : [convolution({ x: [n, 56, 56, 64], o: 64, kernel: 3 })]),
    convolution({ ...square, o: 256, kernel: 1 }),
    convolution(pointwise),
    convolution({ ...square, groups: 4 }),
    convolution(depthwise),
    ...[first, square, strided, deep, pointwise, depthwise].flatMap(gradients),
    ...others([n, 32, 32, 64]),
  ];
}

/** The device that a run is planned for, and the precision. */
interface Target {
  readonly device: GpuDevice;
  readonly precision: StoragePrecision;
}

/** A run of a graph with draws of seed 1. */
export function planRun(graph: Graph, { device, precision }: Target): PlanRun {
  const { plan, uploadsOf } = planGraph(graph, { limits: device.limits, precision });
  return { plan, options: { seed: 1 }, uploads: uploadsOf({}) };
}

/** Small layers of the same kinds as those timed, whose results can be checked quickly. */
function relatives(): Subject[] {
  const dense: Layer = { x: [1, 6, 5, 8], o: 12, kernel: 3 },
    depthwise: Layer = { ...dense, o: 8, groups: 8, stride: 2 };
  return [dense, depthwise].flatMap((layer) => [convolution(layer), ...gradients(layer)]);
}

/** Throws where the result of a small layer disagrees with the oracle. */
async function checkResult({ name, graph }: Subject, target: Target): Promise<void> {
  const [actual] = await (await target.device.submit([planRun(graph, target)])).read();
  const expected = evaluate(graph, { seed: 1 }), tolerance = target.precision === "f16" ? 0.05 : 1e-4;
  const wrong = expected.some((tensor, output) =>
    tensor.some((value, at) => Math.abs(value - actual![output]![at]!) > tolerance * Math.max(1, Math.abs(value)))
  );
  if (wrong) throw new Error(`Cannot time the WebGPU backend as its result of ${name} differs from the oracle's`);
}

async function figuresOf({ name, graph, node }: Subject, target: Target, speed: DeviceSpeed): Promise<KernelFigures> {
  const run = planRun(graph, target), { op, inputs, shape } = graph.nodes[node]!, { dispatches } = run.plan;
  const own = (times: readonly number[]): number =>
    times.reduce((sum, ms, index) => dispatches[index]!.op === op ? sum + ms : sum, 0);
  const samples: number[] = [], walls: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    samples.push(own(await target.device.profile(run)));
    walls.push(await timeAsyncMs(async () => await (await target.device.submit([run])).read()));
  }
  const parts = dispatches.filter((dispatch) => dispatch.op === op);
  const { kernel } = parts.reduce((most, part) => part.macs > most.macs ? part : most);
  const macs = nodeMacs(graph, graph.nodes[node]!);
  const tensors = [shape, ...inputs.map((id) => graph.nodes[id]!.shape)];
  const bytes = tensors.reduce((sum, each) => sum + elementCount(each), 0) * (target.precision === "f16" ? 2 : 4);
  const ms = median(samples), gflops = 2 * macs / ms / 1e6, gbps = bytes / ms / 1e6;
  const fractions = { ofPeak: gflops / speed.gflops, ofCopy: gbps / speed.gbps };
  return { name, kernel, ms, wallMs: median(walls), gflops, gbps, ...fractions };
}

/** Figures of every kind of kernel. */
export async function measureKernels(target: Target, speed: DeviceSpeed): Promise<KernelFigures[]> {
  for (const subject of relatives()) await checkResult(subject, target);
  const figures: KernelFigures[] = [];
  for (const subject of subjects(target.device.adapter.software)) {
    figures.push(await figuresOf(subject, target, speed));
  }
  return figures;
}
