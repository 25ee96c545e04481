/**
 * The float64 oracle: evaluates a graph with the reference code of its operations. It is slow; the results of every
 * backend are compared with it.
 */
import { definitionOf, type Graph } from "./graph.ts";
import type { RunOptions, Tensor64 } from "./op.ts";

/** The outputs of a graph in float64, in the graph's order. */
export function evaluate(graph: Graph, run: RunOptions = {}): Float64Array[] {
  const values: Tensor64[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((id) => values[id]!);
    const data = definitionOf(node).reference(inputs, node.attributes, { ...run, output: node.shape });
    values.push({ shape: node.shape, data });
  }
  return graph.outputs.map((id) => values[id]!.data);
}
