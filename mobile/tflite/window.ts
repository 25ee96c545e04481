/** Expresses padding in TensorFlow Lite, which has only `SAME` and `VALID`. */
import { type WindowAxis, windowExtent } from "../../core/graph/shape.ts";

/** A square window and its padding. */
export type Window = WindowAxis;

/** Whether `SAME` gives the same windows as the padding, along an axis of this extent. */
function startsSame(extent: number, window: Window): boolean {
  const { kernel, stride, padding } = window;
  const outputs = Math.ceil(extent / stride);
  const total = Math.max(0, (outputs - 1) * stride + kernel - extent);
  return outputs === windowExtent(extent, window) && Math.floor(total / 2) === padding;
}

/**
 * The form of a window's padding: `VALID` where there is none; `SAME` where it gives the same windows (always at stride
 * 1 with an odd kernel and padding of half the kernel); otherwise `PAD`, which means an operator that pads, then
 * `VALID`. Delegates merge these two operators into one kernel.
 */
export function paddingForm(extents: readonly number[], window: Window): "SAME" | "VALID" | "PAD" {
  const { padding, paddingAfter = padding } = window;
  if (padding === 0 && paddingAfter === 0) return "VALID";
  return extents.every((extent) => startsSame(extent, window)) ? "SAME" : "PAD";
}
