/**
 * The float64 oracle: evaluates a graph with the reference code of its operations. It is slow; the results of every
 * backend are compared with it.
 */
import { definitionOf, type Graph, type Node } from "./graph.ts";
import type { RunOptions, Tensor64 } from "./op.ts";
import { elementCount, ShapeError } from "./shape.ts";

/** Held tensors in float64, by name: `input` nodes read them, and updates replace them. */
export type State64 = Map<string, Float64Array>;

/** What the oracle is given. */
export interface EvaluateOptions extends RunOptions {
  /** The held tensors; a run replaces those that the graph updates. */
  readonly state?: State64;
}

/**
 * The outputs of a graph in float64, in the graph's order.
 *
 * @example A counter that is kept between runs
 * ```ts
 * import { evaluate, GraphBuilder } from "@zennas/zennas";
 * const builder = new GraphBuilder();
 * const count = builder.add("input", [], { name: "count", shape: [1] });
 * const next = builder.add("affine", [count], { scale: 1, shift: 1 });
 * const graph = builder.build([], [{ name: "count", by: next }]);
 * const state = new Map([["count", Float64Array.of(0)]]);
 * evaluate(graph, { state });
 * evaluate(graph, { state });
 * if (state.get("count")![0] !== 2) throw new Error();
 * ```
 */
export function evaluate(graph: Graph, { state, ...run }: EvaluateOptions = {}): Float64Array[] {
  const values: Tensor64[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((id) => values[id]!);
    const data = heldValues(node, state) ??
      definitionOf(node).reference(inputs, node.attributes, { ...run, output: node.shape });
    values.push({ shape: node.shape, data });
  }
  for (const { name, by } of graph.updates ?? []) replace(name, values[by]!, state);
  return graph.outputs.map((id) => values[id]!.data);
}

function heldValues({ op, attributes, shape }: Node, state: State64 | undefined): Float64Array | undefined {
  const held = op === "input" ? state?.get(attributes.name) : undefined;
  if (held && op === "input") checkLength(attributes.name, { held, shape });
  return held;
}

function replace(name: string, { shape, data }: Tensor64, state: State64 | undefined): void {
  const held = state?.get(name);
  if (!held) throw new RangeError(`Cannot replace ${name} as no such tensor is held`);
  checkLength(name, { held, shape });
  state!.set(name, data);
}

function checkLength(
  name: string,
  { held, shape }: { readonly held: Float64Array; readonly shape: Tensor64["shape"] },
): void {
  if (held.length === elementCount(shape)) return;
  throw new ShapeError(`Cannot hold ${name} as [${shape}]: got ${held.length} values`);
}
