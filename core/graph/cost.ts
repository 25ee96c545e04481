/** What a graph costs: multiply-adds, memory. */
import { definitionOf, type Graph, type Node, type NodeId, nodeMacs, resultsOf } from "./graph.ts";
import { type Lifetime, peakBytes } from "./liveness.ts";
import { elementCount, sameShape } from "./shape.ts";

/** Bytes of a value: float32. */
const BYTES_PER_VALUE = 4;

/** Multiply-adds of one evaluation of a graph: of its convolutions and linear layers. */
export function graphMacs(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + nodeMacs(graph, node), 0);
}

/** For each node, whether it depends on an activation that goes in: parameters do not. */
function activations({ nodes }: Graph, inputs: ReadonlySet<number>): readonly boolean[] {
  const depends: boolean[] = [];
  for (const { inputs: from } of nodes) depends.push(inputs.has(depends.length) || from.some((id) => depends[id]));
  return depends;
}

/** Nodes that are never written, each with the node in memory that its readers compute it from. */
export type Views = ReadonlyMap<NodeId, NodeId>;

/** The last node that reads each node from memory; a graph's outputs are read after the last node. */
function lastUses(graph: Graph, views: Views): readonly number[] {
  const { nodes } = graph;
  const last = nodes.map((_, id) => id);
  nodes.forEach(({ inputs }, id) => {
    if (!views.has(id)) { for (const input of inputs) last[views.get(input) ?? input] = id; }
  });
  for (const result of resultsOf(graph)) last[result] = nodes.length;
  return last;
}

/** The input of a node whose memory its output takes over, if one dies there and the operation allows it. */
function overwritten(node: Node, { id, graph, last }: { id: number; graph: Graph; last: readonly number[] }): number {
  if (!definitionOf(node).inPlace) return -1;
  return node.inputs.find((input) => last[input] === id && sameShape(graph.nodes[input]!.shape, node.shape)) ?? -1;
}

/**
 * The least memory that activations need at once, bytes: float32, node after node in the graph's order, each value alive
 * from the node that makes it to the last that reads it. Elementwise operations and normalisations overwrite an input of
 * the same shape that dies there. `inputs` are the nodes that hold activations from outside; sources that depend on none
 * of them are parameters, which do not count. Where a device computes some nodes as they are read, `views` tells which.
 * Scratch memory that it needs beside is not counted.
 */
export function peakActivationBytes(graph: Graph, inputs: ReadonlySet<NodeId>, views: Views = new Map()): number {
  const counted = activations(graph, inputs), last = lastUses(graph, views);
  const holders: number[] = [], lifetimes: { -readonly [K in keyof Lifetime]: Lifetime[K] }[] = [];
  graph.nodes.forEach((node, id) => {
    if (!counted[id] || views.has(id)) return holders.push(-1);
    const reused = overwritten(node, { id, graph, last });
    if (reused >= 0 && counted[reused] && !views.has(reused)) {
      lifetimes[holders[reused]!]!.last = last[id]!;
      return holders.push(holders[reused]!);
    }
    return holders.push(
      lifetimes.push({ bytes: elementCount(node.shape) * BYTES_PER_VALUE, first: id, last: last[id]! }) - 1,
    );
  });
  return peakBytes(lifetimes);
}
