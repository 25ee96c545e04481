/** Who reads the nodes of a graph. */
import type { Graph, NodeId } from "../../core/graph/graph.ts";

/** For each node, the nodes that read it; a graph's output is read by −1 beside. */
export function readersOf({ nodes, outputs }: Graph): readonly (readonly NodeId[])[] {
  const readers: NodeId[][] = nodes.map(() => []);
  nodes.forEach(({ inputs }, id) => inputs.forEach((from) => readers[from]!.push(id)));
  for (const id of outputs) readers[id]!.push(-1);
  return readers;
}
