/** How symmetric padding is said in TensorFlow Lite, which knows `SAME` and `VALID` alone. */
import { windowExtent } from "../../core/graph/shape.ts";

/** A square window and its symmetric padding. */
export interface Window {
  /** Rows and columns of the window. */
  readonly kernel: number;
  /** Rows and columns from one window to the next. */
  readonly stride: number;
  /** Rows and columns on each side that are outside the input. */
  readonly padding: number;
}

/** Whether `SAME` puts the first window where the symmetric padding does, along an axis of this extent. */
function startsSame(extent: number, { kernel, stride, padding }: Window): boolean {
  const outputs = Math.ceil(extent / stride);
  const total = Math.max(0, (outputs - 1) * stride + kernel - extent);
  return outputs === windowExtent(extent, { kernel, stride, padding }) && Math.floor(total / 2) === padding;
}

/**
 * `VALID` where there is no padding, `SAME` where it means the same windows (always at stride 1 with an odd kernel and
 * half of it as padding), else `PAD`: a padding of its own, then `VALID`. Delegates merge that pair back into one kernel.
 */
export function paddingForm(extents: readonly number[], window: Window): "SAME" | "VALID" | "PAD" {
  if (window.padding === 0) return "VALID";
  return extents.every((extent) => startsSame(extent, window)) ? "SAME" : "PAD";
}
