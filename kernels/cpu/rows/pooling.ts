/** Rows of the pooling operations. */
import { nhwc } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../lowering/row.ts";
import type { CpuRow, Lowering } from "../lowering.ts";

/** The largest value or the mean of each window. */
export function windowPool({ largest }: { readonly largest: boolean }): CpuRow<"max_pool" | "average_pool"> {
  return (lowering, { id, inputs, attributes: { kernel, stride, padding }, shape }) => {
    const [n, h, w, c] = nhwc(lowering.shape(inputs[0]!), "a pooling's input"), [, oh, ow] = nhwc(shape, "output");
    const x = lowering.tensor(inputs[0]!), y = lowering.place(id);
    lowering.task([x, y], ({ kernels }) => {
      kernels.windowPool(y.address, x.address, n, h, w, c, oh, ow, kernel, stride, padding, Number(largest));
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

/** Moves values between a pooling's output and the places of its input's largest values. */
export function movePooled<K extends "max_pool_scatter" | "max_pool_gather">(op: K): CpuRow<K> {
  return (lowering, { id, inputs: [first, second], attributes: { kernel, stride, padding } }) => {
    const scatters = op === "max_pool_scatter", x = lowering.tensor(first!), other = lowering.tensor(second!);
    const output = lowering.place(id), [image, pooled] = scatters ? [output, other] : [other, output];
    const [n, h, w, c] = nhwc(lowering.shape(first!), "a pooling's input");
    const [, oh, ow] = nhwc(lowering.shape(scatters ? second! : id), "a pooling's output");
    lowering.task([x, image, pooled], ({ kernels }) => {
      const extents = [n, h, w, c, oh, ow, kernel, stride, padding] as const;
      kernels.movePooled(image.address, x.address, pooled.address, ...extents, Number(scatters));
    });
  };
}

/** Spreads each value over its window. */
export function averageUnpool(
  lowering: Lowering,
  { id, inputs, attributes: { kernel, stride, padding }, shape }: LoweredNode<"average_unpool">,
): void {
  const [n, h, w, c] = nhwc(shape, "a pooling's input"), [, oh, ow] = nhwc(lowering.shape(inputs[0]!), "output");
  const y = lowering.tensor(inputs[0]!), x = lowering.place(id);
  lowering.task([x, y], ({ kernels }) => {
    kernels.windowUnpool(x.address, y.address, n, h, w, c, oh, ow, kernel, stride, padding);
  });
}

/** Spreads each value over its part. */
export function adaptiveAverageUnpool(
  lowering: Lowering,
  { id, inputs, shape }: LoweredNode<"adaptive_average_unpool">,
): void {
  const [n, h, w, c] = nhwc(shape, "a pooling's input"), [, size] = nhwc(lowering.shape(inputs[0]!), "output");
  const y = lowering.tensor(inputs[0]!), x = lowering.place(id);
  lowering.task([x, y], ({ kernels }) => kernels.adaptiveUnpool(x.address, y.address, n, h, w, c, size));
}
