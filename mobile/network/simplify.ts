/**
 * Rewrites a network into fewer kinds of operations, for all exporters alike: normalisations go into the convolution or
 * linear layer before them, swish becomes x · sigmoid(x), hard sigmoid relu6(x + 3) / 6, affine a product and a sum, and
 * constants become parameters. What stays is `input`, `conv2d`, `linear`, `relu`, `relu6`, `sigmoid`, `hard_swish`,
 * `log`, `add`, `mul`, `concat`, `pad_channels`, `flatten` and poolings.
 */
import { type Graph, GraphBuilder, type Node, type NodeId } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { elementCount, type Shape } from "../../core/graph/shape.ts";
import { MobileError } from "../errors.ts";
import { checkFinite, normalizationVectors, scaledRows } from "./fold.ts";
import type { InferenceNetwork } from "./network.ts";
import { soleReaders } from "./sole_readers.ts";

type NodeOf<K extends OpName> = Extract<Node, { readonly op: K }>;

/** Whether a normalisation can be folded into the node: its weight's outermost axis is the output's channel. */
function takesFactors(node: Node): node is NodeOf<"conv2d"> | NodeOf<"linear"> {
  return node.op === "conv2d" || node.op === "linear";
}

class Simplifier {
  readonly #graph: Graph;
  readonly #given: InferenceNetwork["values"];
  readonly #soleReaders: readonly (NodeId | undefined)[];
  readonly #builder = new GraphBuilder();
  readonly #values: Record<string, Float32Array> = {};
  readonly #rewritten = new Map<NodeId, NodeId>();

  constructor({ graph, values }: InferenceNetwork) {
    this.#graph = graph;
    this.#given = values;
    this.#soleReaders = soleReaders(graph);
  }

  run(): InferenceNetwork {
    this.#graph.nodes.forEach((node, id) => {
      if (!this.#isParameter(id) && !this.#waitsForNorm(id)) this.#rewritten.set(id, this.#rewrite(node, id));
    });
    return { graph: this.#builder.build(this.#graph.outputs.map((id) => this.#at(id))), values: this.#values };
  }

  #isParameter(id: NodeId): boolean {
    const node = this.#graph.nodes[id]!;
    return node.op === "constant" || (node.op === "input" && node.attributes.name in this.#given);
  }

  /** Whether the node is added later, together with the normalisation that reads it. */
  #waitsForNorm(id: NodeId): boolean {
    const reader = this.#graph.nodes[this.#soleReaders[id] ?? -1];
    return takesFactors(this.#graph.nodes[id]!) && reader?.op === "normalize" && reader.inputs[0] === id;
  }

  #rewrite(node: Node, id: NodeId): NodeId {
    switch (node.op) {
      case "normalize":
        return this.#normalize(node, id);
      case "swish":
        return this.#swish(this.#at(node.inputs[0]!));
      case "hard_sigmoid":
        return this.#hardSigmoid(this.#at(node.inputs[0]!), id);
      case "affine":
        return this.#affine(node, id);
      default:
        return this.#builder.add(node.op as OpName, node.inputs.map((from) => this.#at(from)), node.attributes);
    }
  }

  /** The rewritten form of a node; a parameter is put on the graph when it is first read. */
  #at(id: NodeId): NodeId {
    const known = this.#rewritten.get(id);
    if (known !== undefined) return known;
    const added = this.#parameter(this.#nameOf(id), {
      shape: this.#graph.nodes[id]!.shape,
      values: this.#valuesOf(id),
    });
    this.#rewritten.set(id, added);
    return added;
  }

  #nameOf(id: NodeId): string {
    const node = this.#graph.nodes[id]!;
    return node.op === "input" ? node.attributes.name : `${node.op}.${id}`;
  }

  #valuesOf(id: NodeId): Float32Array {
    const node = this.#graph.nodes[id]!;
    if (node.op === "input" && node.attributes.name in this.#given) return this.#given[node.attributes.name]!;
    if (node.op !== "constant") {
      throw new MobileError("EXPORT_UNSUPPORTED_OP", `Cannot export ${node.op} where a parameter must stand`, {
        data: { op: node.op, node: id },
      });
    }
    const { values } = node.attributes;
    return Float32Array.from({ length: elementCount(node.shape) }, (_, index) => values[index % values.length]!);
  }

  #parameter(name: string, { shape, values }: { readonly shape: Shape; readonly values: Float32Array }): NodeId {
    checkFinite(name, values);
    const unique = name in this.#values ? `${name}.${Object.keys(this.#values).length}` : name;
    this.#values[unique] = values;
    return this.#builder.add("input", [], { name: unique, shape });
  }

  #normalize(node: NodeOf<"normalize">, id: NodeId): NodeId {
    const [x, ...vectors] = node.inputs as [NodeId, ...NodeId[]];
    const [mean, variance, weight, bias] = vectors.map((from) => this.#valuesOf(from)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const name = this.#nameOf(vectors[1]!);
    const factors = normalizationVectors({ mean, variance, weight, bias, epsilon: node.attributes.epsilon, name });
    const source = this.#graph.nodes[x]!;
    if (this.#waitsForNorm(x) && takesFactors(source)) return this.#fold(source, factors);
    return node.shape.length === 4 ? this.#depthwise(this.#at(x), id, factors) : this.#scale(this.#at(x), id, factors);
  }

  /** The layer with the factors in its weight and bias. */
  #fold({ op, inputs, attributes, shape }: NodeOf<"conv2d"> | NodeOf<"linear">, factors: Factors): NodeId {
    const [x, weight, bias] = inputs as readonly [NodeId, NodeId, NodeId?], channels = shape.at(-1)!;
    const { scale, shift } = factors, name = this.#nameOf(weight);
    const before = bias === undefined ? new Float32Array(channels) : this.#valuesOf(bias);
    const folded = [
      this.#parameter(name, {
        shape: this.#graph.nodes[weight]!.shape,
        values: scaledRows(this.#valuesOf(weight), scale),
      }),
      this.#parameter(name.replace(/weight$/, "bias"), {
        shape: [channels],
        values: before.map((value, channel) => value * scale[channel]! + shift[channel]!),
      }),
    ];
    return this.#builder.add(op as OpName, [this.#at(x), ...folded], attributes);
  }

  /** A normalisation behind no layer: a depthwise convolution of one tap. */
  #depthwise(x: NodeId, id: NodeId, { scale, shift }: Factors): NodeId {
    const channels = scale.length;
    const weight = this.#parameter(`norm.${id}.weight`, {
      shape: [channels, 1, 1, 1],
      values: Float32Array.from(scale),
    });
    const bias = this.#parameter(`norm.${id}.bias`, { shape: [channels], values: Float32Array.from(shift) });
    return this.#builder.add("conv2d", [x, weight, bias], { stride: 1, padding: 0, groups: channels });
  }

  /** A normalisation of `[1, c]` behind no layer. */
  #scale(x: NodeId, id: NodeId, { scale, shift }: Factors): NodeId {
    const shape = this.#builder.shape(x);
    const factor = this.#parameter(`norm.${id}.scale`, { shape, values: Float32Array.from(scale) });
    const summand = this.#parameter(`norm.${id}.shift`, { shape, values: Float32Array.from(shift) });
    return this.#builder.add("add", [this.#builder.add("mul", [x, factor], {}), summand], {});
  }

  #swish(x: NodeId): NodeId {
    return this.#builder.add("mul", [x, this.#builder.add("sigmoid", [x], {})], {});
  }

  #hardSigmoid(x: NodeId, id: NodeId): NodeId {
    const shifted = this.#builder.add("add", [x, this.#scalar(`hard_sigmoid.${id}.shift`, 3)], {});
    const clipped = this.#builder.add("relu6", [shifted], {});
    return this.#builder.add("mul", [clipped, this.#scalar(`hard_sigmoid.${id}.scale`, 1 / 6)], {});
  }

  #affine({ inputs, attributes }: NodeOf<"affine">, id: NodeId): NodeId {
    const scale = this.#scalar(`affine.${id}.scale`, attributes.scale);
    const product = this.#builder.add("mul", [this.#at(inputs[0]!), scale], {});
    return this.#builder.add("add", [product, this.#scalar(`affine.${id}.shift`, attributes.shift)], {});
  }

  #scalar(name: string, value: number): NodeId {
    return this.#parameter(name, { shape: [1], values: Float32Array.of(value) });
  }
}

type Factors = ReturnType<typeof normalizationVectors>;

/**
 * The same function of the image in fewer kinds of operations (see the module). Throws MobileError EXPORT_BN_VAR,
 * EXPORT_NONFINITE, EXPORT_UNSUPPORTED_OP for normalisations by a batch's own statistics.
 */
export function simplify(network: InferenceNetwork): InferenceNetwork {
  return new Simplifier(network).run();
}
