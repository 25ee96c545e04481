/**
 * Measures operations on one core. Each runs inside the graph of a network, with the normalisation, activation and
 * statistics that are fused into it.
 */
import { type Graph, GraphBuilder, type Node, nodeMacs } from "../core/graph/graph.ts";
import { evaluate } from "../core/graph/oracle.ts";
import { elementCount, type Shape } from "../core/graph/shape.ts";
import { median } from "../core/numeric/statistics.ts";
import type { Machine, MachineProgram } from "../kernels/cpu/machine.ts";
import { settle, timeMs } from "./harness.ts";
import type { Limits } from "./limits.ts";
import { cifarSubjects, type DepthwiseLayer, gradientGraph, scoreGraph, zooDepthwise } from "./networks.ts";

/** What keeps an operation below the core's peak. */
type Limit =
  | "compute"
  | "loads: channels share no input"
  | "short sums: tiles begin and end"
  | "memory traffic";

/** One operation's figures. */
export interface OperationFigures {
  readonly name: string;
  /** How often it occurs in the networks. */
  readonly count: number;
  readonly ms: number;
  readonly gflops: number;
  /** The share of the core's peak, 0 to 1. */
  readonly fraction: number;
  readonly limit: Limit;
}

type Convolution = Extract<Node, { readonly op: "conv2d" | "conv2d_input" | "conv2d_weight" }>;

const kinds = { conv2d: "", conv2d_input: "gradient by input of ", conv2d_weight: "gradient by weight of " } as const;

function isConvolution(node: Node): node is Convolution {
  return node.op in kinds;
}

/** The shapes of a convolution's input and weight; a gradient node computes one of them. */
function extents(graph: Graph, node: Convolution): { readonly x: Shape; readonly weight: Shape } {
  const [first, second] = node.inputs.map((id) => graph.nodes[id]!.shape) as [Shape, Shape];
  return {
    x: node.op === "conv2d_input" ? node.shape : first,
    weight: node.op === "conv2d_weight" ? node.shape : second,
  };
}

function name(graph: Graph, node: Convolution): string {
  const { x: [, h, w, c], weight: [o, kh, kw] } = extents(graph, node), { stride, groups } = node.attributes;
  const kind = groups === c && groups > 1 ? "depthwise" : groups > 1 ? `conv, ${groups} groups` : "conv";
  return `${kinds[node.op]}${kind} ${kh}×${kw} ${c}→${o} at ${h}×${w}${stride > 1 ? ` stride ${stride}` : ""}`;
}

/** Median milliseconds of each node's tasks over some runs. */
function nodeTimes(machine: Machine, program: MachineProgram, runs: number): Map<number, number> {
  machine.reserve(program);
  const samples = new Map<number, number[]>();
  for (let draw = 0; draw < runs; draw++) {
    const run = { seed: 1, draw }, times = new Map<number, number>();
    for (const task of program.tasks) {
      times.set(task.node, (times.get(task.node) ?? 0) + timeMs(() => machine.runTask(task, run)));
    }
    for (const [node, ms] of times) samples.set(node, [...(samples.get(node) ?? []), ms]);
  }
  return new Map([...samples].map(([node, times]) => [node, median(times)]));
}

/** Sums over all operations of one name. */
interface Sum {
  readonly graph: Graph;
  readonly node: Convolution;
  ms: number;
  macs: number;
  count: number;
}

/** Adds a graph's convolutions to sums by name. */
async function addConvolutions(sums: Map<string, Sum>, graph: Graph, machine: Machine): Promise<void> {
  const program = machine.compile(graph);
  machine.run(program, { seed: 1 });
  await settle();
  for (const [id, ms] of nodeTimes(machine, program, 5)) {
    const node = graph.nodes[id]!;
    if (!isConvolution(node)) continue;
    const key = name(graph, node), sum = sums.get(key) ?? { graph, node, ms: 0, macs: 0, count: 0 };
    sum.ms += ms;
    sum.macs += nodeMacs(graph, node);
    sum.count++;
    sums.set(key, sum);
  }
}

/** Normalisation, ReLU, depthwise convolution and statistics over drawn tensors. */
function layerGraph(batch: number, { size, channels, kernel, stride }: DepthwiseLayer): Graph {
  const builder = new GraphBuilder();
  const x = builder.add("gaussian", [], { shape: [batch, size, size, channels], stream: 0 });
  const weight = builder.add("gaussian", [], { shape: [channels, kernel, kernel, 1], stream: 1 });
  const one = builder.add("constant", [], { shape: [channels], values: [1] });
  const zero = builder.add("constant", [], { shape: [channels], values: [0] });
  const active = builder.add("relu", [builder.add("normalize", [x, zero, one, one, zero], { epsilon: 1e-3 })], {});
  const y = builder.add("conv2d", [active, weight], { stride, padding: (kernel - 1) >> 1, groups: channels });
  return builder.build([y, builder.add("channel_mean", [y], {}), builder.add("channel_variance", [y], {})]);
}

/** Depthwise convolutions that the search space can contain in addition to the zoo's, whose kernels are 7 × 7. */
const smallDepthwise: readonly DepthwiseLayer[] = [
  { size: 16, channels: 96, kernel: 3, stride: 1 },
  { size: 32, channels: 96, kernel: 3, stride: 2 },
  { size: 16, channels: 96, kernel: 5, stride: 1 },
  { size: 32, channels: 96, kernel: 5, stride: 2 },
];
const DEPTHWISE_BATCH = 16;

/** Throws where a small convolution of the same kind as those timed disagrees with the oracle. */
function checkResult(machine: Machine): void {
  const graph = layerGraph(2, { size: 9, channels: 24, kernel: 5, stride: 1 });
  const actual = machine.run(machine.compile(graph), { seed: 3 }), expected = evaluate(graph, { seed: 3 });
  const wrong = expected.some((tensor, index) =>
    tensor.some((value, at) => Math.abs(value - actual[index]![at]!) > 1e-4)
  );
  if (wrong) throw new Error("Cannot time the CPU backend as its results differ from the oracle's");
}

/** Up to this many products per sum, the start and end of a tile take a noticeable share of the time. */
const SHORT_SUM = 48;

function limitOf(node: Convolution, fraction: number, graph: Graph): Limit {
  if (fraction >= 0.8) return "compute";
  const { x, weight } = extents(graph, node);
  if (node.attributes.groups === x[3]) return fraction >= 0.3 ? "loads: channels share no input" : "memory traffic";
  const products = node.op === "conv2d_input" ? elementCount(weight) / x[3]! : elementCount(weight.slice(1));
  return products <= SHORT_SUM ? "short sums: tiles begin and end" : "memory traffic";
}

/** Figures of every convolution of the CIFAR networks and its gradients, and of some depthwise ones, on this thread. */
export async function measureConvolutions(machine: Machine, limits: Limits): Promise<OperationFigures[]> {
  checkResult(machine);
  const sums = new Map<string, Sum>();
  for (const { structure } of cifarSubjects()) {
    await addConvolutions(sums, scoreGraph(structure), machine);
    await addConvolutions(sums, gradientGraph(structure), machine);
  }
  for (const layer of [...smallDepthwise, ...zooDepthwise()]) {
    await addConvolutions(sums, layerGraph(DEPTHWISE_BATCH, layer), machine);
  }
  return [...sums].map(([name, { graph, node, ms, macs, count }]) => {
    const gflops = 2 * macs / ms / 1e6, fraction = gflops / limits.peakGflops;
    return { name, count, ms: ms / count, gflops, fraction, limit: limitOf(node, fraction, graph) };
  });
}

/** Millions of normal values drawn a second on this thread. */
export async function measureGaussian(machine: Machine): Promise<number> {
  const count = 2 ** 20, builder = new GraphBuilder();
  const program = machine.compile(builder.build([builder.add("gaussian", [], { shape: [count], stream: 0 })]));
  machine.run(program, { seed: 1 });
  await settle();
  const [ms] = [...nodeTimes(machine, program, 15).values()];
  return count / ms! / 1e3;
}
