/** Rows of the pooling operations. */
import { nhwc } from "../../../core/shape.ts";
import type { CpuRow, LoweredNode, Lowering } from "../lowering.ts";

/** The largest value or the mean of each window. */
export function windowPool({ largest }: { readonly largest: boolean }): CpuRow<"max_pool" | "average_pool"> {
  return (lowering, { id, inputs, attributes: { kernel, stride, padding }, shape }) => {
    const [n, h, w, c] = nhwc(lowering.shape(inputs[0]!), "a pooling's input"), [, oh, ow] = nhwc(shape, "output");
    const x = lowering.tensor(inputs[0]!), y = lowering.place(id);
    lowering.task([x, y], ({ kernels }) => {
      kernels.windowPool(y.address, x.address, n, h, w, c, oh, ow, kernel, stride, padding, largest);
    });
  };
}

/** The mean of each part. */
export function adaptiveAveragePool(
  lowering: Lowering,
  { id, inputs, attributes: { size } }: LoweredNode<"adaptive_average_pool">,
): void {
  const [n, h, w, c] = nhwc(lowering.shape(inputs[0]!), "a pooling's input");
  const x = lowering.tensor(inputs[0]!), y = lowering.place(id);
  lowering.task([x, y], ({ kernels }) => kernels.adaptivePool(y.address, x.address, n, h, w, c, size));
}
