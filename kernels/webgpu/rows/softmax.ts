/** The row of the softmax. */
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { WebGpuLowering } from "../lowering.ts";

/** A workgroup a row. */
export function logSoftmax(lowering: WebGpuLowering, { id, inputs, shape }: LoweredNode<"log_softmax">): void {
  const { places } = lowering,
    [rows, columns] = shape as [number, number],
    x = places.of(inputs[0]!),
    y = places.place(id);
  lowering.add("logSoftmax", { x, y, columns, rows }, { over: { workgroups: rows } });
}
