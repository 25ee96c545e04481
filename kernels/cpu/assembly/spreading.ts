/** Repeats rows over a tensor, and sums rows. Each reads its input once; the speed is limited by memory. */

import { Bytes } from "./bytes";
import { accumulate } from "./statistics";

/** Rows that are summed in float32 before they are added in float64. */
const BLOCK_ROWS: i32 = 16;

/** Copies each of the rows of `bytes` at x `times` times. */
export function repeatRows(y: usize, x: usize, rows: i32, bytes: Bytes, times: i32): void {
  for (let row = 0; row < rows; row++, x += bytes) {
    for (let time = 0; time < times; time++, y += bytes) memory.copy(y, x, bytes);
  }
}

/** Sets all elements to the value at x. */
export function fillFrom(y: usize, x: usize, count: i32): void {
  const value = v128.load32_splat(x);
  let at: usize = 0;
  for (const whole = <usize> (count >> 2) << 4; at < whole; at += 16) v128.store(y + at, value);
  for (const end = <usize> count << 2; at < end; at += 4) v128.store_lane<f32>(y + at, value, 0);
}

/** Adds four channels of some rows to their sums. */
function addBlock(sums: usize, x: usize, rows: i32, rowBytes: usize): void {
  let block = f32x4.splat(0);
  for (let row = 0; row < rows; row++, x += rowBytes) block = f32x4.add(block, v128.load(x));
  accumulate(sums, block);
}

/**
 * The sum of each channel of x `[rows, channels]`. `scratch` holds 8 bytes a channel, up to a multiple of four
 * channels. Lanes beyond the last channel are read and not used.
 */
export function sumRows(y: usize, x: usize, rows: i32, channels: i32, scratch: usize): void {
  const rowBytes = <usize> channels << 2;
  memory.fill(scratch, 0, <usize> (channels + 3) << 3);
  for (let row = 0; row < rows; row += BLOCK_ROWS) {
    const count = min<i32>(BLOCK_ROWS, rows - row), first = x + <usize> row * rowBytes;
    for (let channel = 0; channel < channels; channel += 4) {
      addBlock(scratch + (channel << 3), first + (channel << 2), count, rowBytes);
    }
  }
  for (let channel = 0; channel < channels; channel++) {
    store<f32>(y + (channel << 2), <f32> load<f64>(scratch + (channel << 3)));
  }
}
