/**
 * Epilogue fusion, for any device: a convolution or linear layer itself computes the operations that follow it, before
 * it writes its output. These may be a normalisation by known statistics, an addition, and an activation, in this
 * order. Each is fused only where nobody else reads the tensor before it, so that tensor need not be written.
 *
 * The fused layer runs at the place of the last fused operation in the graph, so that the addend is already computed.
 */
import { type Graph, type Node, type NodeId, resultsOf } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { sameShape } from "../../core/graph/shape.ts";

/** What a layer computes from its sums before it writes them: `activation(norm(sum) + addend)`. */
export interface Epilogue<Activation extends string> {
  /** The layer. */
  readonly producer: NodeId;
  /** The normalisation; its scale and shift are applied first. */
  readonly norm?: NodeId;
  /** A tensor of the layer's shape that is added next. */
  readonly addend?: NodeId;
  /** The activation, applied last. */
  readonly activation: Activation | "none";
}

/** What a device's kernels can fuse into a layer. */
export interface EpilogueRules<Activation extends string> {
  /** The operations that may be an epilogue's activation. */
  readonly activations: readonly Activation[];
  /** The operations that take epilogues. */
  readonly producers: readonly OpName[];
  /** Nodes of this graph that no layer computes before it writes. */
  readonly apart?: ReadonlySet<NodeId>;
}

/** The epilogues of a graph. */
export interface Epilogues<Activation extends string> {
  /** The epilogues, by the node whose tensor is written. */
  readonly ends: ReadonlyMap<NodeId, Epilogue<Activation>>;
  /** For each fused node whose tensor is not written, the node whose tensor is written instead. */
  readonly absorbed: ReadonlyMap<NodeId, NodeId>;
}

/**
 * Plans the epilogues of a graph, from the last layer to the first. Where two layers could fuse the same addition, the
 * later one does: the earlier one would have to wait for the later one's output anyway.
 */
export function planEpilogues<Activation extends string>(
  graph: Graph,
  users: readonly (readonly NodeId[])[],
  { activations, producers, apart }: EpilogueRules<Activation>,
): Epilogues<Activation> {
  const ends = new Map<NodeId, Epilogue<Activation>>(), absorbed = new Map<NodeId, NodeId>();
  const results = new Set(resultsOf(graph));

  const isActivation = ({ op }: Node): boolean => (activations as readonly string[]).includes(op);
  const onlyReader = (id: NodeId): NodeId | undefined => {
    const [reader, ...others] = users[id]!;
    const taken = others.length > 0 || results.has(id) || ends.has(reader!) || absorbed.has(reader!) ||
      apart?.has(reader!);
    return taken ? undefined : reader;
  };
  /** The epilogue extended by the next node, or undefined where that cannot be fused. */
  const extended = (so: Epilogue<Activation>, last: NodeId, reader: NodeId): Epilogue<Activation> | undefined => {
    const node = graph.nodes[reader]!, { op, inputs, shape } = node;
    if (op === "normalize" && last === so.producer) return { ...so, norm: reader };
    if (op === "add" && so.addend === undefined && inputs.every((id) => sameShape(graph.nodes[id]!.shape, shape))) {
      return { ...so, addend: inputs.find((id) => id !== last)! };
    }
    return isActivation(node) ? { ...so, activation: node.op as string as Activation } : undefined;
  };
  const take = (producer: NodeId): void => {
    const chain = [producer];
    let epilogue: Epilogue<Activation> = { producer, activation: "none" };
    while (epilogue.activation === "none") {
      const last = chain.at(-1)!, reader = onlyReader(last);
      const next = reader === undefined ? undefined : extended(epilogue, last, reader);
      if (!next) break;
      epilogue = next;
      chain.push(reader!);
    }
    const end = chain.pop()!;
    if (chain.length > 0) ends.set(end, epilogue);
    for (const id of chain) absorbed.set(id, end);
  };

  graph.nodes.flatMap(({ op }, id) => producers.includes(op) ? [id] : []).reverse().forEach(take);
  return { ends, absorbed };
}
