/** Rows of the transposes of pooling. */
import { nhwc } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { WebGpuRow } from "../lowered.ts";
import type { WebGpuLowering } from "../lowering.ts";

/** By the places of the largest values of windows: values gathered from them, or sent to them. */
export function maxPoolGradient<K extends "max_pool_gather" | "max_pool_scatter">(
  kernelName: "poolGather" | "poolScatter",
): WebGpuRow<K> {
  return (lowering, { id, inputs: [first, second], attributes, shape }) => {
    const { places } = lowering,
      { kernel, stride, padding } = attributes,
      other = kernelName === "poolGather" ? shape : places.shape(second!);
    const [, h, w, channels] = nhwc(places.shape(first!), "a pooling's input"),
      [, oh, ow] = nhwc(other, "its output");
    const x = places.of(first!), y = places.of(second!), to = places.place(id), count = to.elements;
    lowering.add(kernelName, { x, y, to, count, h, w, channels, oh, ow, kernel, stride, padding }, {
      over: { invocations: count },
    });
  };
}

/** Each value in equal parts over its window. */
export function averageUnpool(
  lowering: WebGpuLowering,
  { id, inputs: [from], attributes, shape }: LoweredNode<"average_unpool">,
): void {
  const { kernel, stride, padding } = attributes, [, h, w, channels] = nhwc(shape, "a pooling's input");
  const { places } = lowering,
    [, oh, ow] = nhwc(places.shape(from!), "its output"),
    y = places.of(from!),
    to = places.place(id);
  const extents = { count: to.elements, h, w, channels, oh, ow, kernel, stride, padding };
  lowering.add("unpoolWindow", { x: undefined, y, to, ...extents }, { over: { invocations: to.elements } });
}

/** Each value in equal parts over its part. */
export function adaptiveAverageUnpool(
  lowering: WebGpuLowering,
  { id, inputs: [from], shape }: LoweredNode<"adaptive_average_unpool">,
): void {
  const { places } = lowering,
    [, h, w, channels] = nhwc(shape, "a pooling's input"),
    [, size] = nhwc(places.shape(from!), "its output");
  const y = places.of(from!), to = places.place(id), count = to.elements;
  lowering.add("unpoolAdaptive", { y, to, count, h, w, channels, size }, { over: { invocations: count } });
}
