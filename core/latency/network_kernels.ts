/** The kernels that a network becomes on a device, after the runtime has fused what it fuses. */
import { type Graph, GraphBuilder, type Node, type NodeId, readersOf } from "../graph/graph.ts";
import type { OpName } from "../graph/ops.ts";
import { sameShape, type Shape } from "../graph/shape.ts";
import type { NetworkDesign } from "../networks/design.ts";
import { Network } from "../networks/layers.ts";
import { fedParameters, IMAGE } from "../networks/parameters.ts";
import { type KernelKind, kernelOf, type KernelShape, type KernelUse } from "./kernel.ts";

/** What a runtime computes inside another operation's kernel. */
export interface RuntimeFusion {
  /** Activations that the operation before them applies as it writes. */
  readonly activations: readonly OpName[];
  /** Operations that apply activations as they write. */
  readonly producers: readonly OpName[];
  /** Whether a convolution or linear layer adds another tensor as it writes. */
  readonly adds: boolean;
  /** Whether normalisations and activations that nothing else absorbs are computed as their readers load. */
  readonly loads: boolean;
}

const own: RuntimeFusion = {
  activations: ["relu", "relu6", "sigmoid", "hard_sigmoid", "swish", "hard_swish"],
  producers: ["conv2d", "linear"],
  adds: true,
  loads: true,
};

/**
 * What runtimes fuse. All fold normalisations into the layer before them. `zennas`: this project's backends. `tflite`:
 * TensorFlow Lite on a CPU or GPU, where additions are kernels of their own, and ReLUs part of the kernel before them.
 */
export const runtimeFusions = {
  zennas: own,
  tflite: {
    activations: ["relu", "relu6"],
    producers: ["conv2d", "linear", "add", "mul", "max_pool", "average_pool"],
    adds: false,
    loads: false,
  },
} as const satisfies Readonly<Record<string, RuntimeFusion>>;
/** One of {@link runtimeFusions}. */
export type RuntimeName = keyof typeof runtimeFusions;

/** How a network runs. */
export interface KernelsOptions {
  /** Images of a batch; default: 1. */
  readonly batch?: number;
  /** What the runtime fuses; default: `zennas`. */
  readonly runtime?: RuntimeName;
}

/** A network as a list of kernels: equal ones once, with their number, in the order of their first use. */
export interface NetworkKernels {
  /** Names the network. */
  readonly text: string;
  /** Its kernels. */
  readonly kernels: readonly KernelUse[];
}

/** What a kernel grows by as operations are fused into it. */
interface Grown {
  readonly id: NodeId;
  readonly node: Node;
  activation: string;
  addends: number;
}

const layers: readonly OpName[] = ["conv2d", "linear"];
/** Operations that move nothing: their readers see the same memory. */
const free: readonly OpName[] = ["input", "constant", "gaussian", "reshape", "flatten", "unflatten"];
const kinds: Partial<Record<OpName, KernelKind>> = {
  linear: "linear",
  max_pool: "pooling",
  average_pool: "pooling",
  adaptive_average_pool: "global_pooling",
  concat: "layout",
  slice: "layout",
  pad_channels: "layout",
  transpose: "layout",
  broadcast: "layout",
};

class Fuser {
  readonly #graph: Graph;
  readonly #fusion: RuntimeFusion;
  readonly #readers: readonly (readonly NodeId[])[];
  /** The kernel that writes each node's tensor. */
  readonly #writers = new Map<NodeId, Grown>();
  readonly #kernels: Grown[] = [];

  constructor(graph: Graph, fusion: RuntimeFusion) {
    this.#graph = graph;
    this.#fusion = fusion;
    this.#readers = readersOf(graph);
  }

  run(): readonly Grown[] {
    this.#graph.nodes.forEach((node, id) => {
      if (free.includes(node.op)) return this.#follow(node, id);
      if (!this.#absorbed(node, id)) this.#start(node, id);
    });
    return this.#kernels;
  }

  #follow(node: Node, id: NodeId): void {
    const writer = this.#writers.get(node.inputs[0] ?? -1);
    if (writer) this.#writers.set(id, writer);
  }

  #start(node: Node, id: NodeId): void {
    const kernel = { id, node, activation: "none", addends: Math.max(0, this.#activations(node) - 1) };
    this.#kernels.push(kernel);
    this.#writers.set(id, kernel);
  }

  /** How many tensors of the output's shape a node reads. */
  #activations({ inputs, shape }: Node): number {
    return inputs.filter((from) => sameShape(this.#graph.nodes[from]!.shape, shape)).length;
  }

  /** Whether a node is computed by the kernel that writes its input, or by those that read it. */
  #absorbed(node: Node, id: NodeId): boolean {
    if (node.op === "add") return this.#fusion.adds && this.#absorbAdd(node, id);
    const isNorm = node.op === "normalize", from = node.inputs[0]!;
    if (!isNorm && !this.#fusion.activations.includes(node.op)) return false;
    const writer = this.#soleWriter(from);
    const takes = writer && (isNorm ? layers : this.#fusion.producers).includes(writer.node.op);
    if (writer && takes && writer.activation === "none") {
      if (!isNorm) writer.activation = node.op;
      this.#writers.set(id, writer);
      return true;
    }
    return this.#fusion.loads && this.#loaded(id);
  }

  #soleWriter(from: NodeId): Grown | undefined {
    return this.#readers[from]!.length === 1 ? this.#writers.get(from) : undefined;
  }

  /** Whether all readers of a node are layers, or are themselves computed as layers load. */
  #loaded(id: NodeId): boolean {
    const readers = this.#readers[id]!;
    return readers.length > 0 && readers.every((reader) => {
      const { op } = this.#graph.nodes[reader]!;
      return layers.includes(op) ||
        ((op === "normalize" || this.#fusion.activations.includes(op)) && this.#loaded(reader));
    });
  }

  #absorbAdd({ inputs, shape }: Node, id: NodeId): boolean {
    if (!inputs.every((from) => sameShape(this.#graph.nodes[from]!.shape, shape))) return false;
    const writers = inputs.map((from) => this.#soleWriter(from))
      .filter((writer) => writer && layers.includes(writer.node.op) && writer.activation === "none" && !writer.addends);
    const writer = writers.toSorted((a, b) => b!.id - a!.id)[0];
    if (!writer) return false;
    writer.addends = 1;
    this.#writers.set(id, writer);
    return true;
  }
}

const side = (shape: Shape): number =>
  shape.length === 4 ? Math.max(1, Math.round(Math.sqrt(shape[1]! * shape[2]!))) : 1;

function convolutionShape(node: Extract<Node, { op: "conv2d" }>, weight: Shape): Partial<KernelShape> {
  const { groups, stride } = node.attributes, isDepthwise = groups > 1 && weight[3] === 1;
  return { kind: isDepthwise ? "depthwise" : "convolution", window: weight[1]!, stride, groups };
}

function shapeOf({ node, activation, addends }: Grown, graph: Graph): KernelShape {
  const shapes = node.inputs.map((from) => graph.nodes[from]!.shape), input = shapes[0]!, output = node.shape;
  const pool = node.op === "max_pool" || node.op === "average_pool" ? node.attributes : undefined;
  const inputs = node.op === "concat" ? output.at(-1)! : input.at(-1)!;
  return kernelOf({
    kind: kinds[node.op] ?? "elementwise",
    batch: output[0]!,
    size: side(input),
    outputSize: side(output),
    inputs,
    outputs: output.at(-1)!,
    window: pool?.kernel ?? 1,
    stride: pool?.stride ?? 1,
    addends,
    activation,
    ...(node.op === "conv2d" ? convolutionShape(node, shapes[1]!) : {}),
  });
}

/** Each node whose value depends on the images; the rest are parameters, which are ready before a run. */
function withoutParameters({ nodes, outputs }: Graph, image: NodeId): Graph {
  const depends: boolean[] = [];
  nodes.forEach(({ inputs }, id) => depends.push(id === image || inputs.some((from) => depends[from])));
  const parameter: Node = { op: "constant", inputs: [], attributes: { shape: [1], values: [0] }, shape: [1] };
  return { outputs, nodes: nodes.map((node, id) => depends[id] ? node : { ...parameter, shape: node.shape }) };
}

/** The kernels of an inference graph whose images are node `image`. */
export function kernelsOfGraph(
  graph: Graph,
  { image, runtime = "zennas" }: { readonly image: NodeId; readonly runtime?: RuntimeName },
): readonly KernelUse[] {
  const live = withoutParameters(graph, image),
    uses = new Map<string, { kernel: KernelUse["kernel"]; count: number }>();
  for (const grown of new Fuser(live, runtimeFusions[runtime]).run()) {
    const kernel = kernelOf(shapeOf(grown, live)), use = uses.get(kernel.key);
    if (use) use.count++;
    else uses.set(kernel.key, { kernel, count: 1 });
  }
  return [...uses.values()];
}

/**
 * The kernels that a design becomes: normalisations folded, additions and activations fused as the runtime fuses them,
 * and branches that reach no output left out.
 *
 * @example
 * ```ts
 * import { kernelsOf, parseStructure, structureDesign } from "@zennas/zennas";
 * const design = structureDesign(parseStructure("SuperConvK3BNRELU(3,8,1,1)"), { classes: 10, resolution: 32 });
 * const { kernels } = kernelsOf(design);
 * const kinds = kernels.map(({ kernel }) => kernel.kind).join();
 * if (kinds !== "convolution,global_pooling,linear") throw new Error(kinds);
 * ```
 */
export function kernelsOf(
  design: NetworkDesign,
  { batch = 1, runtime = "zennas" }: KernelsOptions = {},
): NetworkKernels {
  const builder = new GraphBuilder(), { resolution, text } = design;
  const network = new Network({ builder, mode: "inference", parameters: fedParameters() });
  const images = builder.add("input", [], { name: IMAGE, shape: [batch, resolution, resolution, 3] });
  const graph = builder.build([design.lower(network, images).logits]);
  const image = graph.nodes.findIndex((node) => node.op === "input" && node.attributes.name === IMAGE);
  return { text, kernels: kernelsOfGraph(graph, { image, runtime }) };
}
