/** Kernels that move values without changing them. Each value is read and written once. */
import { Bytes } from "./bytes";

/** Copies `rows` rows of `bytes` each between two pitches. */
export function copyRows(y: usize, yPitch: Bytes, x: usize, xPitch: Bytes, bytes: Bytes, rows: i32): void {
  for (let row = 0; row < rows; row++, y += yPitch, x += xPitch) memory.copy(y, x, bytes);
}

/** Transposes `[n, area, channels]` to `[n, channels, area]`. */
export function channelsFirst(y: usize, x: usize, n: i32, area: i32, channels: i32): void {
  for (let image = 0; image < n; image++) {
    for (let channel = 0; channel < channels; channel++) {
      let from = x + (channel << 2);
      for (let position = 0; position < area; position++, y += 4, from += channels << 2) {
        store<f32>(y, load<f32>(from));
      }
    }
    x += <usize> (area * channels) << 2;
  }
}

/** Sets all elements to one value. */
export function fill(y: usize, count: i32, value: f32): void {
  for (let i = 0; i < count; i++) store<f32>(y + (i << 2), value);
}
