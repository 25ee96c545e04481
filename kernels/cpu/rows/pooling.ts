/** Rows of the pooling operations. */
import { nhwc } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { CpuRow } from "../lowered.ts";
import type { CpuLowering } from "../lowering.ts";

/** The largest value or the mean of each window. */
export function windowPool({ largest }: { readonly largest: boolean }): CpuRow<"max_pool" | "average_pool"> {
  return (lowering, { id, inputs, attributes: { kernel, stride, padding }, shape }) => {
    const { places } = lowering, [n, h, w, c] = nhwc(places.shape(inputs[0]!), "a pooling's input");
    const [, oh, ow] = nhwc(shape, "output"), x = places.of(inputs[0]!), y = places.place(id);
    lowering.add("windowPool", { y, x, n, h, w, c, oh, ow, kernel, stride, padding, largest });
  };
}

/** The mean of each part. */
export function adaptiveAveragePool(
  lowering: CpuLowering,
  { id, inputs, attributes: { size } }: LoweredNode<"adaptive_average_pool">,
): void {
  const { places } = lowering, [n, h, w, c] = nhwc(places.shape(inputs[0]!), "a pooling's input");
  const x = places.of(inputs[0]!), y = places.place(id);
  lowering.add("adaptivePool", { y, x, n, h, w, c, size });
}

/** Moves values between a pooling's output and the places of its input's largest values. */
export function movePooled<K extends "max_pool_scatter" | "max_pool_gather">(op: K): CpuRow<K> {
  return (lowering, { id, inputs: [first, second], attributes: { kernel, stride, padding } }) => {
    const scatters = op === "max_pool_scatter", { places } = lowering;
    const x = places.of(first!), other = places.of(second!), output = places.place(id);
    const [image, y] = scatters ? [output, other] : [other, output];
    const [n, h, w, c] = nhwc(places.shape(first!), "a pooling's input");
    const [, oh, ow] = nhwc(places.shape(scatters ? second! : id), "a pooling's output");
    lowering.add("movePooled", { image, x, y, n, h, w, c, oh, ow, kernel, stride, padding, scatters });
  };
}

/** Spreads each value over its window. */
export function averageUnpool(
  lowering: CpuLowering,
  { id, inputs, attributes: { kernel, stride, padding }, shape }: LoweredNode<"average_unpool">,
): void {
  const { places } = lowering, [n, h, w, c] = nhwc(shape, "a pooling's input");
  const [, oh, ow] = nhwc(places.shape(inputs[0]!), "output"), y = places.of(inputs[0]!), x = places.place(id);
  lowering.add("windowUnpool", { x, y, n, h, w, c, oh, ow, kernel, stride, padding });
}

/** Spreads each value over its part. */
export function adaptiveAverageUnpool(
  lowering: CpuLowering,
  { id, inputs, shape }: LoweredNode<"adaptive_average_unpool">,
): void {
  const { places } = lowering, [n, h, w, c] = nhwc(shape, "a pooling's input");
  const [, size] = nhwc(places.shape(inputs[0]!), "output"), y = places.of(inputs[0]!), x = places.place(id);
  lowering.add("adaptiveUnpool", { x, y, n, h, w, c, size });
}
