/** Bilinear resizing of numbers. */
import { CHANNELS } from "./image.ts";
import type { ImageTensor } from "./normalize.ts";

/** The two source positions of each target position along one side, and how much of the second is taken. */
interface Neighbours {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float64Array;
}

function neighboursOf(from: number, to: number): Neighbours {
  const first = new Int32Array(to), second = new Int32Array(to), share = new Float64Array(to);
  for (let target = 0; target < to; target++) {
    const position = Math.max(0, (target + 0.5) * from / to - 0.5);
    first[target] = Math.min(Math.trunc(position), from - 1);
    second[target] = Math.min(first[target]! + 1, from - 1);
    share[target] = position - first[target]!;
  }
  return { first, second, share };
}

/**
 * An image in `size` × `size`, as PyTorch's `interpolate(mode="bilinear", align_corners=False)` does it: two source pixels
 * a side whatever the scale, without a filter against aliasing. One that has this size already is given back itself.
 */
export function resizeBilinear(image: ImageTensor, size: number): ImageTensor {
  const { width, height, values } = image;
  if (width === size && height === size) return image;
  const columns = neighboursOf(width, size), rows = neighboursOf(height, size);
  const result = new Float32Array(size * size * CHANNELS), stride = width * CHANNELS;
  let to = 0;
  for (let row = 0; row < size; row++) {
    const above = rows.first[row]! * stride, below = rows.second[row]! * stride, down = rows.share[row]!;
    for (let column = 0; column < size; column++) {
      const left = columns.first[column]! * CHANNELS,
        right = columns.second[column]! * CHANNELS,
        across = columns.share[column]!;
      for (let channel = 0; channel < CHANNELS; channel++) {
        const upper = values[above + left + channel]! * (1 - across) + values[above + right + channel]! * across;
        const lower = values[below + left + channel]! * (1 - across) + values[below + right + channel]! * across;
        result[to++] = upper * (1 - down) + lower * down;
      }
    }
  }
  return { width: size, height: size, values: result };
}

/**
 * The same along one side as a matrix, `[to, from]` row-major: row i holds how much of each source position target position i
 * takes. Resizing an image multiplies its rows by one such matrix and its columns by another.
 */
export function bilinearMatrix({ from, to }: { readonly from: number; readonly to: number }): Float64Array {
  const { first, second, share } = neighboursOf(from, to), matrix = new Float64Array(to * from);
  for (let target = 0; target < to; target++) {
    matrix[target * from + first[target]!]! += 1 - share[target]!;
    matrix[target * from + second[target]!]! += share[target]!;
  }
  return matrix;
}
