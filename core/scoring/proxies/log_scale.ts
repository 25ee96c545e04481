/**
 * Networks whose values leave float32's range: every layer's output is divided by its mean, and the logarithm of what was
 * divided out is carried beside it. Homogeneous operations scale with their inputs (see `OpDef.degrees`), so nothing else
 * changes; others are given their inputs as they are.
 */
import { definitionOf, type GraphBuilder, type Node, type NodeId } from "../../graph/graph.ts";

/** A tensor and the logarithm of its scale: it stands for `node · e^scale`. */
export interface ScaledNode {
  /** The tensor, of moderate size. */
  readonly node: NodeId;
  /** ln of the scale, `[1]`. */
  readonly scale: NodeId;
}

/** ln of the largest scale that a sigmoid is given: its output is 1 long before, and its slope 0. */
const LARGEST_EXPONENT = 40;

/** An operation's input; one that is no copy has no scale. */
type Input = Pick<ScaledNode, "node"> & Partial<ScaledNode>;

/** Copies what a node computes from another, with scales carried beside. */
export class LogScale {
  /** Means that were divided out, of which scales are made: gradients hold them constant. */
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
    const inputs: Input[] = node.inputs.map((id) => this.#copies.get(id) ?? { node: id });
    const { degrees } = definitionOf(node);
    if (!degrees) return { node: this.#again(node, inputs.map((input) => this.#whole(input))), scale: this.#number(0) };
    if (degrees.length === 0) return this.#joined(node, inputs);
    const product = this.#product(node, inputs, degrees);
    return this.#isLayer(node) ? this.#overMean(product) : product;
  }

  /** A tensor as it is: where it would overflow, as large as saturates whatever reads it. */
  #whole({ node, scale }: Input): Input {
    if (scale === undefined) return { node };
    const room = this.#builder.add("affine", [scale], { scale: -1, shift: LARGEST_EXPONENT });
    const bounded = this.#builder.add("affine", [this.#builder.add("relu", [room], {})], {
      scale: -1,
      shift: LARGEST_EXPONENT,
    });
    return { node: this.#times(node, this.#exponential(bounded)) };
  }

  /** A product of powers of its inputs, and what is added to it: that takes on the product's scale. */
  #product(node: Node, inputs: readonly Input[], degrees: readonly number[]): ScaledNode {
    const powers = inputs.slice(0, degrees.length).flatMap(({ scale }, index) => {
      const degree = degrees[index]!;
      return scale === undefined || degree === 0 ? [] : [degree === 1 ? scale : this.#multiple(scale, degree)];
    });
    const scale = powers.length > 0 ? powers.reduce((left, right) => this.#sum(left, right)) : this.#number(0);
    const addends = inputs.slice(degrees.length).map((input) => this.#aligned(input, scale));
    return { node: this.#again(node, [...inputs.slice(0, degrees.length), ...addends]), scale };
  }

  #isLayer(node: Node): boolean {
    return definitionOf(node).macs(node.inputs.map((id) => this.#builder.shape(id)), node.shape) > 0;
  }

  #overMean({ node, scale }: ScaledNode): ScaledNode {
    const mean = this.#builder.add("means", [node], {});
    this.constants.push(mean);
    const logarithm = this.#builder.add("log", [mean], {}), over = this.#builder.add("reciprocal", [mean], {});
    return { node: this.#times(node, over), scale: this.#sum(scale, logarithm) };
  }

  /** Inputs brought to the largest of their scales. */
  #joined(node: Node, inputs: readonly Input[]): ScaledNode {
    const scaled = inputs.map(({ node, scale = this.#number(0) }) => ({ node, scale }));
    const scale = scaled.map((input) => input.scale).reduce((left, right) => this.#larger(left, right));
    return { node: this.#again(node, scaled.map((input) => this.#aligned(input, scale))), scale };
  }

  /** An input as a multiple of e^to. */
  #aligned({ node, scale }: Input, to: NodeId): Input {
    const distance = scale === undefined ? this.#multiple(to, -1) : this.#difference(scale, to);
    return { node: this.#times(node, this.#exponential(distance)) };
  }

  #again({ op, attributes }: Node, inputs: readonly Input[]): NodeId {
    return this.#builder.add<typeof op>(op, inputs.map(({ node }) => node), attributes);
  }

  #number(value: number): NodeId {
    return this.#builder.add("constant", [], { shape: [1], values: [value] });
  }

  #times(x: NodeId, factor: NodeId): NodeId {
    return this.#builder.add("mul", [x, factor], {});
  }

  #exponential(scale: NodeId): NodeId {
    return this.#builder.add("exp", [scale], {});
  }

  #sum(left: NodeId, right: NodeId): NodeId {
    return this.#builder.add("add", [left, right], {});
  }

  #multiple(scale: NodeId, by: number): NodeId {
    return this.#builder.add("affine", [scale], { scale: by, shift: 0 });
  }

  #difference(left: NodeId, right: NodeId): NodeId {
    return this.#sum(left, this.#multiple(right, -1));
  }

  /** max(l − r, 0) + r. */
  #larger(left: NodeId, right: NodeId): NodeId {
    return this.#sum(this.#builder.add("relu", [this.#difference(left, right)], {}), right);
  }
}
