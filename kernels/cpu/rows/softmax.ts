/** The row of the softmax's logarithm. */
import type { LoweredNode } from "../../lowering/row.ts";
import type { Lowering } from "../lowering.ts";

/** Row by row; writes over an input that dies. */
export function logSoftmax(lowering: Lowering, { id, inputs, shape }: LoweredNode<"log_softmax">): void {
  const [rows, columns] = shape as [number, number];
  const x = lowering.tensor(inputs[0]!), y = lowering.placeOver(id, [inputs[0]!]);
  lowering.task([x, y], ({ kernels }) => kernels.logSoftmax(y.address, x.address, rows, columns));
}
