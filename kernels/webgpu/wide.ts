/**
 * Which tensors stay in f32 where others are stored in f16: those that an optimiser computes from held tensors on the way
 * to what replaces them. A step is often smaller than half a unit in the last place of an f16 weight, so the sum of both
 * must not be rounded to f16.
 */
import type { HeldShapes } from "../../core/graph/backend.ts";
import { type Graph, GraphBuilder, type Node, type NodeId, readersOf, resultsOf } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";

/** Operations whose kernels read and write tensors in either arena. */
const anySpace: readonly OpName[] = [
  ...["exp", "log", "sqrt", "reciprocal", "abs", "sign", "step", "affine", "add", "mul"] as const,
  ...["broadcast", "reduce_sum", "concat", "slice", "pad_channels", "reshape"] as const,
  ...["sum", "sum_abs_difference", "means"] as const,
];
const takesAny = ({ op }: Node): boolean => anySpace.includes(op);
const isSource = ({ op }: Node): boolean => op === "input" || op === "constant" || op === "gaussian";

/** What is stored in f32. */
export interface Wide {
  /** The graph; a held tensor that is read in both precisions has two nodes. */
  readonly graph: Graph;
  /** Nodes that are stored in f32. */
  readonly nodes: ReadonlySet<NodeId>;
  /** Nodes that no layer computes before it writes, because layers know tensors of one arena. */
  readonly apart: ReadonlySet<NodeId>;
}

/** A graph all of whose tensors have the same precision. */
export const uniformly = (graph: Graph): Wide => ({ graph, nodes: new Set(), apart: new Set() });

/** A node is stored in f32 where it has a held tensor's shape, and it and its readers can be in either arena. */
export function planWide(given: Graph, shapes: HeldShapes): Wide {
  const graph = splitHeld(given, shapes), readers = readersOf(graph);
  const extents = new Set(Object.values(shapes).map((shape) => shape.join()));
  const isWide = (node: Node, id: NodeId): boolean =>
    node.shape.length > 1 && extents.has(node.shape.join()) && (takesAny(node) || isSource(node)) &&
    readers[id]!.every((reader) => takesAny(graph.nodes[reader]!));
  const nodes = new Set(graph.nodes.flatMap((node, id) => isWide(node, id) ? [id] : []));
  return { graph, nodes, apart: new Set([...nodes, ...[...nodes].flatMap((id) => readers[id]!)]) };
}

/** The graph with a second node for each held tensor that layers read beside others: they get one each. */
function splitHeld(graph: Graph, shapes: HeldShapes): Graph {
  const readers = readersOf(graph), results = new Set(resultsOf(graph)), builder = new GraphBuilder();
  const narrow = new Map<NodeId, NodeId>(), wide = new Map<NodeId, NodeId>();
  const isSplit = ({ op, attributes, shape }: Node, id: NodeId): boolean => {
    if (op !== "input" || !Object.hasOwn(shapes, attributes.name) || shape.length === 1) return false;
    const widely = readers[id]!.map((reader) => takesAny(graph.nodes[reader]!));
    return widely.includes(false) && (widely.includes(true) || results.has(id));
  };
  graph.nodes.forEach((node, id) => {
    const moved = takesAny(node) ? wide : narrow;
    const add = (): NodeId => builder.add(node.op, node.inputs.map((from) => moved.get(from)!), node.attributes);
    narrow.set(id, add());
    wide.set(id, isSplit(node, id) ? add() : narrow.get(id)!);
  });
  const updates = (graph.updates ?? []).map(({ name, by }) => ({ name, by: wide.get(by)! }));
  return builder.build(graph.outputs.map((id) => wide.get(id)!), updates);
}
