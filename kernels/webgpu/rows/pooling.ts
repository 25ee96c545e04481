/** Rows of the pooling operations. */
import { nhwc } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { WebGpuRow } from "../lowered.ts";
import type { WebGpuLowering } from "../lowering.ts";

/** The largest value or the mean of each window. */
export function windowPool<K extends "max_pool" | "average_pool">(name: "maxPool" | "averagePool"): WebGpuRow<K> {
  return (lowering, { id, inputs, attributes, shape }) => {
    const { kernel, stride, padding } = attributes;
    const { places } = lowering,
      [, h, w, channels] = nhwc(places.shape(inputs[0]!), "a pooling's input"),
      [, oh, ow] = nhwc(shape, "output");
    const x = places.of(inputs[0]!), y = places.place(id), width = channels % 4 === 0 ? 4 : 1;
    const quads = y.elements / width;
    lowering.add(`${name}${width}`, { x, y, quads, h, w, channels, oh, ow, kernel, stride, padding }, {
      over: { invocations: quads },
    });
  };
}

/** The mean of each part. */
export function adaptiveAveragePool(
  lowering: WebGpuLowering,
  { id, inputs, attributes: { size } }: LoweredNode<"adaptive_average_pool">,
): void {
  const { places } = lowering, [, h, w, channels] = nhwc(places.shape(inputs[0]!), "a pooling's input");
  const x = places.of(inputs[0]!), y = places.place(id), width = channels % 4 === 0 ? 4 : 1;
  const quads = y.elements / width;
  lowering.add(`adaptivePool${width}`, { x, y, quads, h, w, channels, size }, { over: { invocations: quads } });
}
