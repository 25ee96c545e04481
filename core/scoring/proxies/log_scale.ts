/**
 * Networks whose values leave float32's range: every layer's output is divided by its mean, and the logarithm of what was
 * divided out is carried beside it. Layers, sums and poolings of non-negative numbers are homogeneous, so nothing else
 * changes.
 */
import type { GraphBuilder, Node, NodeId } from "../../graph/graph.ts";

/** A tensor and the logarithm of its scale: it stands for `node · e^scale`. */
export interface ScaledNode {
  /** The tensor, of moderate size. */
  readonly node: NodeId;
  /** ln of the scale, `[1]`. */
  readonly scale: NodeId;
}

/** ln of the largest scale that a sigmoid is given: its output is 1 long before, and its slope 0. */
const LARGEST_EXPONENT = 40;

/** Operations f with f(k·x) = k·f(x) for k > 0, in their one input. */
const homogeneous: ReadonlySet<Node["op"]> = new Set<Node["op"]>([
  "relu",
  "max_pool",
  "average_pool",
  "adaptive_average_pool",
  "flatten",
]);

/** Copies what a node computes from another, with scales carried beside. */
export class LogScale {
  /** Nodes of scales: gradients hold them constant. */
  readonly constants: NodeId[] = [];
  readonly #builder: GraphBuilder;
  readonly #copies = new Map<NodeId, ScaledNode>();

  /** Copies go on the builder that holds the originals. */
  constructor(builder: GraphBuilder) {
    this.#builder = builder;
  }

  /** The scaled copy of `of`, which depends on the non-negative `from`. */
  copy(of: NodeId, from: NodeId): ScaledNode {
    this.#copies.set(from, { node: from, scale: this.#number(0) });
    for (let id = from + 1; id <= of; id++) {
      const node = this.#builder.node(id);
      if (node.inputs.some((input) => this.#copies.has(input))) this.#copies.set(id, this.#copyOf(node));
    }
    return this.#copies.get(of)!;
  }

  #copyOf(node: Node): ScaledNode {
    const inputs = node.inputs.map((id) => this.#copies.get(id) ?? { node: id, scale: this.#number(0) });
    if (node.op === "conv2d" || node.op === "linear") return this.#layer(node, inputs);
    if (node.op === "add" || node.op === "concat") return this.#joined(node, inputs);
    if (node.op === "mul") return { node: this.#again(node, inputs), scale: this.#sum(inputs[0]!, inputs[1]!) };
    if (homogeneous.has(node.op)) return { node: this.#again(node, inputs), scale: inputs[0]!.scale };
    const whole = inputs.map((input) => ({ ...input, node: this.#whole(input) }));
    return { node: this.#again(node, whole), scale: this.#number(0) };
  }

  /** A tensor as it is: where it would overflow, as large as saturates whatever reads it. */
  #whole({ node, scale }: ScaledNode): NodeId {
    const room = this.#builder.add("affine", [scale], { scale: -1, shift: LARGEST_EXPONENT });
    const bounded = this.#builder.add("affine", [this.#builder.add("relu", [room], {})], {
      scale: -1,
      shift: LARGEST_EXPONENT,
    });
    return this.#times(node, this.#exponential(bounded));
  }

  /** A layer's output over its own mean. A bias is scaled as the input is. */
  #layer(node: Node, [x, weight, bias]: readonly ScaledNode[]): ScaledNode {
    const inverse = bias && this.#exponential(this.#builder.add("affine", [x!.scale], { scale: -1, shift: 0 }));
    const scaledBias = bias && { ...bias, node: this.#times(bias.node, inverse!) };
    const output = this.#again(node, [x!, weight!, ...(scaledBias ? [scaledBias] : [])]);
    const mean = this.#held(this.#builder.add("means", [output], {}));
    const logarithm = this.#builder.add("log", [mean], {}), over = this.#builder.add("reciprocal", [mean], {});
    return { node: this.#times(output, over), scale: this.#builder.add("add", [x!.scale, logarithm], {}) };
  }

  /** Inputs brought to the largest of their scales. */
  #joined(node: Node, inputs: readonly ScaledNode[]): ScaledNode {
    const scale = this.#held(inputs.map((input) => input.scale).reduce((left, right) => this.#larger(left, right)));
    const aligned = inputs.map((input) => ({
      scale,
      node: this.#times(input.node, this.#exponential(this.#difference(input.scale, scale))),
    }));
    return { node: this.#again(node, aligned), scale };
  }

  #again({ op, attributes }: Node, inputs: readonly ScaledNode[]): NodeId {
    return this.#builder.add<typeof op>(op, inputs.map(({ node }) => node), attributes);
  }

  #held(id: NodeId): NodeId {
    this.constants.push(id);
    return id;
  }

  #number(value: number): NodeId {
    return this.#builder.add("constant", [], { shape: [1], values: [value] });
  }

  #times(x: NodeId, factor: NodeId): NodeId {
    return this.#builder.add("mul", [x, factor], {});
  }

  #exponential(scale: NodeId): NodeId {
    return this.#held(this.#builder.add("exp", [scale], {}));
  }

  #sum(left: ScaledNode, right: ScaledNode): NodeId {
    return this.#builder.add("add", [left.scale, right.scale], {});
  }

  #difference(left: NodeId, right: NodeId): NodeId {
    return this.#builder.add("add", [left, this.#builder.add("affine", [right], { scale: -1, shift: 0 })], {});
  }

  /** max(l − r, 0) + r. */
  #larger(left: NodeId, right: NodeId): NodeId {
    return this.#builder.add("add", [this.#builder.add("relu", [this.#difference(left, right)], {}), right], {});
  }
}
