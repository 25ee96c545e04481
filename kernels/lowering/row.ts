/** What the rows of both backends are given. */
import { type OpTable, UnsupportedOpError } from "../../core/graph/backend.ts";
import type { NodeId } from "../../core/graph/graph.ts";
import type { OpAttributes, OpName } from "../../core/graph/ops.ts";
import type { Shape } from "../../core/graph/shape.ts";

/** A node as its row sees it. */
export interface LoweredNode<K extends OpName> {
  readonly id: NodeId;
  readonly inputs: readonly NodeId[];
  readonly attributes: OpAttributes[K];
  readonly shape: Shape;
}

/** How a backend runs an operation: adds to its lowering what computes the node. */
export type Row<L, K extends OpName> = (lowering: L, node: LoweredNode<K>) => void;

/** An operation's row in the table of a device, which `target` names. Throws UnsupportedOpError. */
export function rowOf<L>(
  rows: OpTable<Row<L, OpName>>,
  { op, target }: { readonly op: OpName; readonly target: string },
): Row<L, OpName> {
  const row = rows[op];
  if (typeof row !== "function") throw new UnsupportedOpError(op, target, row.unsupported);
  return row;
}
