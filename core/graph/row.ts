/**
 * Tables with a row for every operation. Backends and exporters lower a graph by such a table: each node's row adds what
 * computes the node.
 */
import type { NodeId } from "./graph.ts";
import type { OpAttributes, OpName } from "./ops.ts";
import type { Shape } from "./shape.ts";

/** A node as its row is given it. */
export interface LoweredNode<K extends OpName> {
  /** The node. */
  readonly id: NodeId;
  /** The nodes that it reads. */
  readonly inputs: readonly NodeId[];
  /** Its operation's attributes. */
  readonly attributes: OpAttributes[K];
  /** The shape of its output. */
  readonly shape: Shape;
}

/** How an operation is lowered: adds to `lowering` what computes the node. */
export type Row<Lowering, K extends OpName> = (lowering: Lowering, node: LoweredNode<K>) => void;

/** Stands in a table for an operation that has no row there. */
export interface Unsupported {
  /** Why there is none. */
  readonly unsupported: string;
}

/** A table of the same kind of row for every operation. */
export type OpTable<Row> = { readonly [K in OpName]: Row | Unsupported };

/** A table in which each row takes the nodes of its own operation. */
export type RowTable<Lowering> = { readonly [K in OpName]: Row<Lowering, K> | Unsupported };
