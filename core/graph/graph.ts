/** Static graphs: plain data, in topological order, with every shape known. They can be posted to workers as they are. */
import type { OpDef } from "./op.ts";
import { type OpAttributes, type OpName, ops } from "./ops.ts";
import { type Shape, ShapeError } from "./shape.ts";

/** A node's index in its graph. */
export type NodeId = number;

/** One operation of a graph. Its inputs come before it. */
export type Node = {
  [K in OpName]: {
    readonly op: K;
    readonly inputs: readonly NodeId[];
    readonly attributes: OpAttributes[K];
    readonly shape: Shape;
  };
}[OpName];

/** What a held tensor becomes when a run ends (see `State` in `core/graph/backend.ts`). */
export interface Update {
  /** The held tensor's name. */
  readonly name: string;
  /** The node whose value replaces it, in its shape. */
  readonly by: NodeId;
}

/** A computation from its sources to its outputs and updates. */
export interface Graph {
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** What a run returns, in this order. */
  readonly outputs: readonly NodeId[];
  /** The held tensors that a run replaces, each name once; none unless given. */
  readonly updates?: readonly Update[];
}

/** The nodes whose values outlive a run: its outputs, then what replaces held tensors. */
export function resultsOf({ outputs, updates = [] }: Graph): readonly NodeId[] {
  return [...outputs, ...updates.map(({ by }) => by)];
}

/** The table's row of a node, with the attribute type that its name implies. */
export function definitionOf(node: Node): OpDef<Node["attributes"]> {
  return ops[node.op] as OpDef<Node["attributes"]>;
}

/** Multiply-adds of one evaluation of the node. */
export function nodeMacs(graph: Graph, node: Node): number {
  return definitionOf(node).macs(node.inputs.map((id) => graph.nodes[id]!.shape), node.shape);
}

/** For each node, the nodes that read it, in order; one that reads it twice is there twice. */
export function readersOf({ nodes }: Graph): readonly (readonly NodeId[])[] {
  const readers: NodeId[][] = nodes.map(() => []);
  nodes.forEach(({ inputs }, id) => inputs.forEach((from) => readers[from]!.push(id)));
  return readers;
}

/**
 * Grows a graph node by node; shapes are inferred, and misfits thrown, as nodes are added.
 *
 * @example
 * ```ts
 * import { GraphBuilder } from "@zennas/zennas";
 * const builder = new GraphBuilder();
 * const x = builder.add("input", [], { name: "x", shape: [1, 2] });
 * const graph = builder.build([builder.add("relu", [x], {})]);
 * if (graph.nodes.length !== 2) throw new Error();
 * ```
 */
export class GraphBuilder {
  readonly #nodes: Node[] = [];

  /** Adds a node and returns its id. Throws ShapeError where the inputs do not fit the operation. */
  add<K extends OpName>(op: K, inputs: readonly NodeId[], attributes: OpAttributes[K]): NodeId {
    const shape = this.#infer(op, inputs, attributes);
    return this.#nodes.push({ op, inputs, attributes, shape } as unknown as Node) - 1;
  }

  #infer<K extends OpName>(op: K, inputs: readonly NodeId[], attributes: OpAttributes[K]): Shape {
    return (ops[op] as OpDef<OpAttributes[K]>).shape(inputs.map((id) => this.shape(id)), attributes);
  }

  /** A node that was added. */
  node(id: NodeId): Node {
    const node = this.#nodes[id];
    if (!node) throw new ShapeError(`Cannot use a node before it is added: got ${id}`);
    return node;
  }

  /** The shape of a node's output. */
  shape(id: NodeId): Shape {
    return this.node(id).shape;
  }

  /**
   * The graph that computes these outputs and updates; nodes that none of them needs are left out. Throws RangeError
   * where two updates replace the same tensor.
   */
  build(outputs: readonly NodeId[], updates: readonly Update[] = []): Graph {
    checkUpdates(updates);
    const needed = new Uint8Array(this.#nodes.length);
    for (const id of resultsOf({ nodes: [], outputs, updates })) needed[id] = 1;
    for (let id = needed.length - 1; id >= 0; id--) {
      if (needed[id]) { for (const from of this.#nodes[id]!.inputs) needed[from] = 1; }
    }
    const renumbered = new Map<NodeId, NodeId>();
    const nodes: Node[] = [];
    const moved = (id: NodeId): NodeId => renumbered.get(id)!;
    this.#nodes.forEach((node, id) => {
      if (!needed[id]) return;
      renumbered.set(id, nodes.length);
      nodes.push({ ...node, inputs: node.inputs.map(moved) });
    });
    const built = { nodes, outputs: outputs.map(moved) };
    return updates.length === 0
      ? built
      : { ...built, updates: updates.map(({ name, by }) => ({ name, by: moved(by) })) };
  }
}

function checkUpdates(updates: readonly Update[]): void {
  const names = updates.map(({ name }) => name), twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    throw new RangeError(`Cannot build a graph as it may replace a tensor once: got ${twice} twice`);
  }
}
