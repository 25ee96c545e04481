/** The row of the softmax's logarithm. */
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { CpuLowering } from "../lowering.ts";

/** Row by row; writes over an input that dies. */
export function logSoftmax(lowering: CpuLowering, { id, inputs, shape }: LoweredNode<"log_softmax">): void {
  const [rows, count] = shape as [number, number], { places } = lowering;
  const x = places.of(inputs[0]!), y = places.placeOver(id, [inputs[0]!]);
  lowering.add("logSoftmax", { y, x, rows, count });
}
