/** Looks rows up in the table of a device. */
import { UnsupportedOpError } from "../../core/graph/backend.ts";
import type { OpName } from "../../core/graph/ops.ts";
import type { OpTable, Row } from "../../core/graph/row.ts";

/** An operation's row in the table of a device, which `target` names. Throws UnsupportedOpError. */
export function rowOf<L>(
  rows: OpTable<Row<L, OpName>>,
  { op, target }: { readonly op: OpName; readonly target: string },
): Row<L, OpName> {
  const row = rows[op];
  if (typeof row !== "function") throw new UnsupportedOpError(op, target, row.unsupported);
  return row;
}
