/** Formulas over the nodes of a graph, named so that they read like the formulas they come from. */
import type { GraphBuilder, NodeId } from "../graph/graph.ts";

/** How much of an average stays when a value enters it. */
export interface BlendOptions {
  /** The share of the average, 0 … 1; the value gets the rest. */
  readonly keep: number;
}

/** Adds elementwise operations to a graph. In those of two nodes the second may be `[1]` beside a tensor. */
export class Arithmetic {
  readonly #builder: GraphBuilder;

  /** Works on this builder's graph. */
  constructor(builder: GraphBuilder) {
    this.#builder = builder;
  }

  /** x · factor. */
  scaled(x: NodeId, factor: number): NodeId {
    return factor === 1 ? x : this.#builder.add("affine", [x], { scale: factor, shift: 0 });
  }

  /** x + term. */
  shifted(x: NodeId, term: number): NodeId {
    return term === 0 ? x : this.#builder.add("affine", [x], { scale: 1, shift: term });
  }

  /** x + y. */
  plus(x: NodeId, y: NodeId): NodeId {
    return this.#builder.add("add", [x, y], {});
  }

  /** x − y. */
  minus(x: NodeId, y: NodeId): NodeId {
    return this.plus(x, this.scaled(y, -1));
  }

  /** x · y. */
  times(x: NodeId, y: NodeId): NodeId {
    return this.#builder.add("mul", [x, y], {});
  }

  /** x / y. */
  over(x: NodeId, y: NodeId): NodeId {
    return this.times(x, this.#builder.add("reciprocal", [y], {}));
  }

  /** x². */
  square(x: NodeId): NodeId {
    return this.times(x, x);
  }

  /** √x. */
  root(x: NodeId): NodeId {
    return this.#builder.add("sqrt", [x], {});
  }

  /** max(x, 0). */
  positive(x: NodeId): NodeId {
    return this.#builder.add("relu", [x], {});
  }

  /** keep · average + (1 − keep) · value: a running average after one more value. */
  blend(average: NodeId, value: NodeId, { keep }: BlendOptions): NodeId {
    return this.plus(this.scaled(average, keep), this.scaled(value, 1 - keep));
  }
}
