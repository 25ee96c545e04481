/**
 * Which tensors of a graph a convolution or linear layer computes before it writes anything, on any device: the
 * normalisation by statistics that are known, the addition and the activation behind it, where nobody else reads what is
 * in between.
 *
 * The layer then runs where the last of these stands in the graph, so that whatever is added is there.
 */
import type { Graph, Node, NodeId } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { sameShape } from "../../core/graph/shape.ts";

/** What is computed between a layer's sums and memory: `activation(norm(sum) + addend)`. */
export interface Epilogue<Activation extends string> {
  /** The layer. */
  readonly producer: NodeId;
  /** The normalisation whose scale and shift come first. */
  readonly norm?: NodeId;
  /** A tensor of the layer's shape that is added. */
  readonly addend?: NodeId;
  /** What comes last. */
  readonly activation: Activation | "none";
}

/** What a device's kernels can compute before they write. */
export interface EpilogueRules<Activation extends string> {
  /** The operations that may be an epilogue's activation. */
  readonly activations: readonly Activation[];
  /** The operations that take epilogues. */
  readonly producers: readonly OpName[];
}

/** The epilogues of a graph. */
export interface Epilogues<Activation extends string> {
  /** By the node that is written. */
  readonly ends: ReadonlyMap<NodeId, Epilogue<Activation>>;
  /** For each node that is not written because of one: the node that is. */
  readonly absorbed: ReadonlyMap<NodeId, NodeId>;
}

/** Plans the epilogues of a graph. Later layers take first: what an earlier one would add waits for them anyway. */
export function planEpilogues<Activation extends string>(
  graph: Graph,
  users: readonly (readonly NodeId[])[],
  { activations, producers }: EpilogueRules<Activation>,
): Epilogues<Activation> {
  const ends = new Map<NodeId, Epilogue<Activation>>(), absorbed = new Map<NodeId, NodeId>();

  const isActivation = ({ op }: Node): boolean => (activations as readonly string[]).includes(op);
  const onlyReader = (id: NodeId): NodeId | undefined => {
    const [reader, ...others] = users[id]!;
    const taken = others.length > 0 || graph.outputs.includes(id) || ends.has(reader!) || absorbed.has(reader!);
    return taken ? undefined : reader;
  };
  /** The epilogue with one more node behind it, where that may be. */
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

  for (let id = graph.nodes.length - 1; id >= 0; id--) if (producers.includes(graph.nodes[id]!.op)) take(id);
  return { ends, absorbed };
}
