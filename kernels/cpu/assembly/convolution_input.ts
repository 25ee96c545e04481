/**
 * What turns a convolution's transpose into convolutions. With a stride s, the input positions of equal remainders by s
 * form s × s phases; each is a convolution with stride 1 of the output's gradient, by every s-th row and column of the
 * weight, turned round and with its channels exchanged (see rows/convolution_gradients.ts).
 */
import { Bytes } from "./bytes";

/**
 * Copies one phase of a weight `[o, kh, kw, i]` that has `groups` groups to `[groups·i, rows, columns, o/groups]`. Rows
 * are taken from `firstRow` on in steps of the stride, columns from `firstColumn` on, and both are written in reverse
 * order.
 */
export function phaseWeight(
  to: usize,
  weight: usize,
  o: i32,
  kh: i32,
  kw: i32,
  inputs: i32,
  groups: i32,
  stride: i32,
  firstRow: i32,
  rows: i32,
  firstColumn: i32,
  columns: i32,
): void {
  const perGroup = o / groups, outputBytes = <usize> (kh * kw * inputs) << 2;
  for (let channel = 0; channel < groups * inputs; channel++) {
    const first = weight + <usize> (channel / inputs * perGroup) * outputBytes + (<usize> (channel % inputs) << 2);
    for (let row = rows - 1; row >= 0; row--) {
      for (let column = columns - 1; column >= 0; column--) {
        let from = first + (<usize> (((firstRow + row * stride) * kw + firstColumn + column * stride) * inputs) << 2);
        for (let k = 0; k < perGroup; k++, to += 4, from += outputBytes) store<f32>(to, load<f32>(from));
      }
    }
  }
}

/** Copies pixels of `bytes` in rows of so many columns to every `stride`-th pixel of rows and images at their pitches. */
export function spacePixels(
  to: usize,
  from: usize,
  images: i32,
  rows: i32,
  columns: i32,
  bytes: Bytes,
  stride: i32,
  toRow: Bytes,
  fromRow: Bytes,
  toImage: Bytes,
  fromImage: Bytes,
): void {
  for (let image = 0; image < images; image++, to += toImage, from += fromImage) {
    for (let row = 0; row < rows; row++) {
      let pixel = to + <usize> row * toRow, source = from + <usize> row * fromRow;
      for (let column = 0; column < columns; column++, source += bytes, pixel += bytes * stride) {
        memory.copy(pixel, source, bytes);
      }
    }
  }
}
