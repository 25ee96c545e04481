/** Which nodes can be merged into the one that reads them. */
import { type Graph, type NodeId, readersOf } from "../../core/graph/graph.ts";

/** For each node, the node that alone reads it; undefined where several read it, none does, or it is an output. */
export function soleReaders(graph: Graph): readonly (NodeId | undefined)[] {
  return readersOf(graph).map(([reader, ...others], id) =>
    others.length > 0 || graph.outputs.includes(id) ? undefined : reader
  );
}
