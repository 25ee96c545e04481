/** ONNX computes channels first: `[n, c, h, w]` activations, `[o, i, kh, kw]` weights. */
import type { Shape } from "../../core/graph/shape.ts";

/** Extents `[a, h, w, c]` as `[a, c, h, w]`; others as they are. */
export function channelsFirstShape(shape: Shape): Shape {
  if (shape.length !== 4) return shape;
  const [a, h, w, c] = shape as readonly [number, number, number, number];
  return [a, c, h, w];
}

/** Values of a shape `[a, h, w, c]` in the order of `[a, c, h, w]`; others as they are. */
export function channelsFirst(values: Float32Array, shape: Shape): Float32Array {
  if (shape.length !== 4) return values;
  const [, h, w, c] = shape as readonly [number, number, number, number];
  const area = h * w, outer = area * c, moved = new Float32Array(values.length);
  for (let from = 0; from < values.length; from++) {
    const within = from % outer, pixel = Math.floor(within / c), channel = within % c;
    moved[from - within + channel * area + pixel] = values[from]!;
  }
  return moved;
}
