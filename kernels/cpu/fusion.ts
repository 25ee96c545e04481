/**
 * Which tensors of a graph need never be written.
 *
 * - A normalisation, an activation, or an activation of a normalisation becomes a view of the tensor before it when all
 *   its readers are convolutions, or their weights' gradients (as their activations, not their weights); they apply it
 *   as they copy their input. A normalisation read by activations alone is absorbed by them.
 * - The channel statistics of a convolution's output are taken while the convolution writes it.
 */
import type { Graph, Node, NodeId } from "../../core/graph.ts";
import { VIEW_ACTIVATIONS, type ViewActivation } from "./views.ts";

/** How to compute a tensor from one that is in memory. */
export interface View {
  /** The tensor in memory. */
  readonly source: NodeId;
  /** The normalisation whose scale and shift come first. */
  readonly norm?: NodeId;
  readonly activation: ViewActivation;
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

const isActivation = (node: Node): boolean => (VIEW_ACTIVATIONS as readonly string[]).includes(node.op);

/** The view that a node would be, given the views of the nodes before it. */
function viewOf(graph: Graph, id: NodeId, views: ReadonlyMap<NodeId, View>): View | undefined {
  const node = graph.nodes[id]!, source = node.inputs[0]!;
  if (node.op === "normalize") return { source, norm: id, activation: "none" };
  if (!isActivation(node)) return undefined;
  return { ...(views.get(source) ?? { source }), activation: node.op as ViewActivation };
}

/** Whether a node reads another only as a convolution's activations. */
function convolves(reader: Node, id: NodeId): boolean {
  return (reader.op === "conv2d" || reader.op === "conv2d_weight") && reader.inputs.indexOf(id) === 0 &&
    reader.inputs.lastIndexOf(id) === 0;
}

function isVirtual(graph: Graph, id: NodeId, readers: readonly NodeId[]): boolean {
  const absorbs = graph.nodes[id]!.op === "normalize"
    ? (reader: Node): boolean => convolves(reader, id) || isActivation(reader)
    : (reader: Node): boolean => convolves(reader, id);
  return !graph.outputs.includes(id) && readers.every((reader) => absorbs(graph.nodes[reader]!));
}

function usersOf(graph: Graph): NodeId[][] {
  const users: NodeId[][] = graph.nodes.map(() => []);
  graph.nodes.forEach((node, id) => node.inputs.forEach((from) => users[from]!.push(id)));
  return users;
}

function lastUses(graph: Graph, views: ReadonlyMap<NodeId, View>): number[] {
  const lastUse = graph.nodes.map((_, id) => id);
  graph.nodes.forEach((node, id) => {
    const read = views.has(id) ? node.inputs.slice(1) : node.inputs;
    for (const from of read) lastUse[views.get(from)?.source ?? from] = id;
  });
  for (const id of graph.outputs) lastUse[id] = Infinity;
  return lastUse;
}

/** Plans what to fuse. */
export function planFusion(graph: Graph): Fusion {
  const users = usersOf(graph);
  const views = new Map<NodeId, View>();
  graph.nodes.forEach((_, id) => {
    const view = viewOf(graph, id, views);
    if (view && isVirtual(graph, id, users[id]!)) views.set(id, view);
  });
  return { views, users, lastUse: lastUses(graph, views) };
}
