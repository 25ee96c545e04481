/**
 * Fusion: which nodes of a graph are computed inside another node's kernel, so that their tensors are never written.
 *
 * First, a layer computes the nodes of its epilogue before it writes (see epilogues.ts). Then a remaining normalisation,
 * activation, or activation of a normalisation becomes a view: its readers compute it as they load the tensor before it.
 * All readers must be able to. A normalisation that only activations read becomes part of their views.
 */
import { type Graph, type Node, type NodeId, readersOf, resultsOf } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { type EpilogueRules, type Epilogues, planEpilogues } from "./epilogues.ts";

/** How to compute a tensor from one that is in memory. */
export interface View<Activation extends string> {
  /** The tensor in memory. */
  readonly source: NodeId;
  /** The normalisation whose scale and shift come first. */
  readonly norm?: NodeId;
  /** What comes last. */
  readonly activation: Activation | "none";
}

/** What a device's kernels can compute as they read, and before they write. */
export interface FusionRules<Activation extends string> extends EpilogueRules<Activation> {
  /** The operations that apply views, and the places of the inputs that they apply them to. */
  readonly readers: Partial<Record<OpName, readonly number[]>>;
}

/** Which nodes of a graph are fused, and who reads what remains. */
export interface Fusion<Activation extends string> {
  /** The views of nodes that are never written. */
  readonly views: ReadonlyMap<NodeId, View<Activation>>;
  /** What layers compute before they write. */
  readonly epilogues: Epilogues<Activation>;
  /** For each node, the last node that reads it from memory; Infinity for outputs. */
  readonly lastUse: readonly number[];
  /** The nodes that read each node. */
  readonly users: readonly (readonly NodeId[])[];
}

function lastUses(
  graph: Graph,
  { views, epilogues }: { readonly views: ReadonlyMap<NodeId, View<string>>; readonly epilogues: Epilogues<string> },
): number[] {
  const lastUse = graph.nodes.map((_, id) => id);
  graph.nodes.forEach((node, id) => {
    const read = views.has(id) ? node.inputs.slice(1) : node.inputs, at = epilogues.absorbed.get(id) ?? id;
    for (const from of read) {
      const source = views.get(from)?.source ?? from;
      lastUse[source] = Math.max(lastUse[source]!, at);
    }
  });
  for (const id of resultsOf(graph)) lastUse[id] = Infinity;
  return lastUse;
}

/** Plans what to fuse on a device with these rules. */
export function planFusion<Activation extends string>(
  graph: Graph,
  rules: FusionRules<Activation>,
): Fusion<Activation> {
  const { activations, readers } = rules,
    users = readersOf(graph),
    results = new Set(resultsOf(graph)),
    epilogues = planEpilogues(graph, users, rules);
  const views = new Map<NodeId, View<Activation>>();
  const isActivation = ({ op }: Node): boolean => (activations as readonly string[]).includes(op);
  const absorbs = (reader: Node, id: NodeId): boolean =>
    reader.inputs.every((from, place) => from !== id || readers[reader.op]?.includes(place));

  const viewOf = (node: Node, id: NodeId): View<Activation> | undefined => {
    const source = node.inputs[0]!;
    if (node.op === "normalize") return { source, norm: id, activation: "none" };
    if (!isActivation(node)) return undefined;
    return { ...(views.get(source) ?? { source }), activation: node.op as string as Activation };
  };
  const isVirtual = (node: Node, id: NodeId): boolean =>
    !results.has(id) && !epilogues.ends.has(id) && !epilogues.absorbed.has(id) &&
    users[id]!.map((user) => graph.nodes[user]!)
      .every((reader) => absorbs(reader, id) || (node.op === "normalize" && isActivation(reader)));

  graph.nodes.forEach((node, id) => {
    const view = viewOf(node, id);
    if (view && isVirtual(node, id)) views.set(id, view);
  });
  return { views, epilogues, users, lastUse: lastUses(graph, { views, epilogues }) };
}
