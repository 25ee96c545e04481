/** The row of the softmax. */
import type { LoweredNode } from "../../lowering/row.ts";
import type { Lowering } from "../lowering.ts";

/** A workgroup a row. */
export function logSoftmax(lowering: Lowering, { id, inputs, shape }: LoweredNode<"log_softmax">): void {
  const [rows, columns] = shape as [number, number], x = lowering.buffer(inputs[0]!), y = lowering.place(id);
  lowering.add("logSoftmax", { x, y, columns, rows }, { over: { workgroups: rows } });
}
