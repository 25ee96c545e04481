/**
 * Which tensors of a graph need never be written.
 *
 * A normalisation, an activation, or an activation of a normalisation becomes a view of the tensor before it when all its
 * readers are convolutions (as their activations, not their weights), which apply it to what they load. A normalisation
 * that only activations read is absorbed by them.
 */
import type { Graph, Node, NodeId } from "../../core/graph.ts";
import { type Activation, ACTIVATIONS } from "./wgsl/expressions.ts";

/** How to compute a tensor from one that is in memory. */
export interface View {
  /** The tensor in memory. */
  readonly source: NodeId;
  /** The normalisation whose scale and shift come first. */
  readonly norm?: NodeId;
  /** What comes last. */
  readonly activation: Activation;
}

/** What fusion found out about a graph. */
export interface Fusion {
  /** The views of nodes that are never written. */
  readonly views: ReadonlyMap<NodeId, View>;
  /** For each node, the last node that reads it from memory; Infinity for outputs. */
  readonly lastUse: readonly number[];
  /** The nodes that read each node. */
  readonly users: readonly (readonly NodeId[])[];
}

const activations: readonly string[] = ACTIVATIONS.filter((name) => name !== "none");

const isActivation = ({ op }: Node): boolean => activations.includes(op);

/** Whether a node reads another only as a convolution's activations. */
function convolves(reader: Node, id: NodeId): boolean {
  return reader.op === "conv2d" && reader.inputs[0] === id && reader.inputs.lastIndexOf(id) === 0;
}

/** The view that a node would be, given the views of the nodes before it. */
function viewOf(graph: Graph, id: NodeId, views: ReadonlyMap<NodeId, View>): View | undefined {
  const node = graph.nodes[id]!, source = node.inputs[0]!;
  if (node.op === "normalize") return { source, norm: id, activation: "none" };
  if (!isActivation(node)) return undefined;
  return { ...(views.get(source) ?? { source }), activation: node.op as Activation };
}

/** Whether nobody needs a node in memory. */
function isVirtual(graph: Graph, id: NodeId, readers: readonly NodeId[]): boolean {
  const isNorm = graph.nodes[id]!.op === "normalize";
  return !graph.outputs.includes(id) &&
    readers.map((reader) => graph.nodes[reader]!)
      .every((reader) => convolves(reader, id) || (isNorm && isActivation(reader)));
}

/** Plans what to fuse. */
export function planFusion(graph: Graph): Fusion {
  const users: NodeId[][] = graph.nodes.map(() => []);
  graph.nodes.forEach((node, id) => node.inputs.forEach((from) => users[from]!.push(id)));
  const views = new Map<NodeId, View>();
  graph.nodes.forEach((_, id) => {
    const view = viewOf(graph, id, views);
    if (view && isVirtual(graph, id, users[id]!)) views.set(id, view);
  });
  const lastUse = graph.nodes.map((_, id) => id);
  graph.nodes.forEach((node, id) => {
    const read = views.has(id) ? node.inputs.slice(1) : node.inputs;
    for (const from of read) lastUse[views.get(from)?.source ?? from] = id;
  });
  for (const id of graph.outputs) lastUse[id] = Infinity;
  return { views, users, lastUse };
}
