/** Expresses symmetric padding in TensorFlow Lite, which has only `SAME` and `VALID`. */
import { windowExtent } from "../../core/graph/shape.ts";

/** A square window and its symmetric padding. */
export interface Window {
  /** Rows and columns of the window. */
  readonly kernel: number;
  /** Rows and columns from one window to the next. */
  readonly stride: number;
  /** Rows and columns of padding on each side of the input. */
  readonly padding: number;
}

/** Whether `SAME` gives the same windows as the symmetric padding, along an axis of this extent. */
function startsSame(extent: number, { kernel, stride, padding }: Window): boolean {
  const outputs = Math.ceil(extent / stride);
  const total = Math.max(0, (outputs - 1) * stride + kernel - extent);
  return outputs === windowExtent(extent, { kernel, stride, padding }) && Math.floor(total / 2) === padding;
}

/**
 * The form of a window's padding: `VALID` where there is none; `SAME` where it gives the same windows (always at stride
 * 1 with an odd kernel and padding of half the kernel); otherwise `PAD`, which means an operator that pads, then
 * `VALID`. Delegates merge these two operators into one kernel.
 */
export function paddingForm(extents: readonly number[], window: Window): "SAME" | "VALID" | "PAD" {
  if (window.padding === 0) return "VALID";
  return extents.every((extent) => startsSame(extent, window)) ? "SAME" : "PAD";
}
