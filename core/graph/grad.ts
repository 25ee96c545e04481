/**
 * Reverse-mode differentiation as a transformation of graphs: gradients are ordinary nodes, so they can be
 * differentiated again.
 */
import { definitionOf, type GraphBuilder, type NodeId } from "./graph.ts";

/** What to differentiate. */
export interface GradientOptions {
  /**
   * The node to differentiate, a loss `[1]` or a tensor of any shape; what is differentiated is the sum of its
   * elements.
   */
  readonly of: NodeId;
  /** The nodes to differentiate by: parameters, inputs, or activations in between. */
  readonly withRespectTo: readonly NodeId[];
  /** A weight for each element of `of`, in its shape; default: 1. */
  readonly weights?: NodeId;
  /** Nodes whose values are held constant, whatever they depend on. */
  readonly constants?: readonly NodeId[];
}

/** For each node up to `of`, whether it is one of the nodes to differentiate by, or depends on one. */
function dependents(
  builder: GraphBuilder,
  { of, withRespectTo, constants = [] }: GradientOptions,
): readonly boolean[] {
  const targets = new Set(withRespectTo), held = new Set(constants), depends: boolean[] = [];
  for (let id = 0; id <= of; id++) {
    depends.push(!held.has(id) && (targets.has(id) || builder.node(id).inputs.some((from) => depends[from])));
  }
  return depends;
}

/** Collects, for each node, the sum of the gradients that have reached it. */
class Gradients {
  readonly #builder: GraphBuilder;
  readonly #totals = new Map<NodeId, NodeId>();

  constructor(builder: GraphBuilder) {
    this.#builder = builder;
  }

  of(id: NodeId): NodeId | undefined {
    return this.#totals.get(id);
  }

  add(id: NodeId, gradient: NodeId): void {
    const total = this.#totals.get(id);
    this.#totals.set(id, total === undefined ? gradient : this.#sum(total, gradient));
  }

  /**
   * Adds two gradients. `add` broadcasts by itself, so the input of a `broadcast` node is added instead of its output.
   */
  #sum(total: NodeId, gradient: NodeId): NodeId {
    const { op, inputs } = this.#builder.node(gradient);
    return this.#builder.add("add", [total, op === "broadcast" ? inputs[0]! : gradient], {});
  }

  /** Passes a node's gradient on to its inputs, by the backward rule of its operation. */
  propagate(id: NodeId, wanted: readonly boolean[]): void {
    const gradient = this.of(id), node = this.#builder.node(id), { inputs, attributes } = node;
    if (gradient === undefined || !inputs.some((from) => wanted[from])) return;
    const site = { builder: this.#builder, inputs, output: id, gradient, attributes };
    definitionOf(node).backward(site).forEach((part, index) => {
      if (part !== undefined && wanted[inputs[index]!]) this.add(inputs[index]!, part);
    });
  }
}

/**
 * Adds nodes for the gradients of `of` (the sum of its elements, weighted if there are weights) with respect to other
 * nodes, each in the shape of that node, and returns them in the given order; zeros where `of` does not depend on a
 * node. A graph computes only what its outputs need, so a gradient costs nothing until it is used.
 *
 * @example
 * ```ts
 * import { evaluate, gradients, GraphBuilder } from "@zennas/zennas";
 * const builder = new GraphBuilder();
 * const x = builder.add("input", [], { name: "x", shape: [2] });
 * const square = builder.add("mul", [x, x], {});
 * const [first] = gradients(builder, { of: square, withRespectTo: [x] });
 * const [second] = gradients(builder, { of: first!, withRespectTo: [x] });
 * const values = evaluate(builder.build([first!, second!]), { feeds: { x: Float32Array.of(3, -1) } });
 * if (values.join(";") !== "6,-2;2,2") throw new Error(values.join(";"));
 * ```
 */
export function gradients(builder: GraphBuilder, options: GradientOptions): NodeId[] {
  const { of, withRespectTo, weights } = options, wanted = dependents(builder, options);
  const filled = (id: NodeId, value: number): NodeId =>
    builder.add("constant", [], { shape: builder.shape(id), values: [value] });
  const reached = new Gradients(builder);
  reached.add(of, weights ?? filled(of, 1));
  for (let id = of; id >= 0; id--) if (wanted[id]) reached.propagate(id, wanted);
  return withRespectTo.map((id) => reached.of(id) ?? filled(id, 0));
}
