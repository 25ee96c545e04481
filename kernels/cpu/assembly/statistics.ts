/**
 * Mean and variance per channel, accurate even where |mean| ≫ deviation. The rows are taken in blocks. A block's values
 * are summed as differences from a pivot, a value near the block's own mean: a few rows at a time in float32, and those
 * sums in float64. Blocks are merged in float64 (Chan, Golub and LeVeque, 1983).
 *
 * The sums of a block over eight channels take 160 bytes: pivots in float32, then sums, and sums of squares, of the
 * differences from the pivots, in float64. The state of a tensor takes 16 bytes a channel: the mean, and the sum of
 * squared differences from it.
 */
import { Bytes } from "./bytes";

/** Bytes of the sums of a block over eight channels. */
export const BLOCK_BYTES: usize = 160;

/** Rows of a block in {@link channelStatistics}, and rows that it sums in float32. */
const BLOCK_ROWS: i32 = 128;
const FEW_ROWS: i32 = 8;

/** Merges a block of `count` rows into the state of the `seen` rows before it. */
export function mergeStatistics(block: usize, channels: i32, count: i32, state: usize, seen: i32): void {
  const inverse: f64 = 1 / <f64> count, ratio: f64 = <f64> count / <f64> (seen + count);
  for (let channel = 0; channel < channels; channel++) {
    const pivot: f64 = load<f32>(block + (channel << 2)), sum = load<f64>(block + (channel << 3), 32);
    const difference = pivot + sum * inverse - load<f64>(state);
    const within = load<f64>(block + (channel << 3), 96) - sum * sum * inverse;
    store<f64>(state, load<f64>(state) + difference * ratio);
    store<f64>(state, load<f64>(state, 8) + within + difference * difference * ratio * <f64> seen, 8);
    state += 16;
  }
}

/** Writes the mean and the biased variance of `count` rows. Where an address is 0, that result is not written. */
export function finishStatistics(state: usize, channels: i32, count: i32, mean: usize, variance: usize): void {
  for (let channel = 0; channel < channels; channel++) {
    if (mean) store<f32>(mean + (channel << 2), <f32> load<f64>(state));
    if (variance) store<f32>(variance + (channel << 2), <f32> (max<f64>(load<f64>(state, 8), 0) / <f64> count));
    state += 16;
  }
}

/** Adds four lanes to sums in float64. */
export function accumulate(sums: usize, values: v128): void {
  const high = v128.shuffle<f64>(values, values, 1, 1);
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(values)));
  v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(high)), 16);
}

/**
 * Adds the sums of a few rows, and their sums of squares, to a block; 0 is the first four channels, 1 the other four.
 */
export function addFew(block: usize, sum0: v128, sum1: v128, square0: v128, square1: v128): void {
  accumulate(block + 32, sum0);
  accumulate(block + 64, sum1);
  accumulate(block + 96, square0);
  accumulate(block + 128, square1);
}

/** Sums eight channels over some rows of a block; the first row is the pivot. */
function sumBlock(x: usize, rows: i32, rowBytes: usize, block: usize): void {
  const pivot0 = v128.load(x), pivot1 = v128.load(x, 16);
  v128.store(block, pivot0);
  v128.store(block, pivot1, 16);
  memory.fill(block + 32, 0, BLOCK_BYTES - 32);
  while (rows > 0) {
    let sum0 = f32x4.splat(0), sum1 = sum0, square0 = sum0, square1 = sum0;
    for (let row = min<i32>(FEW_ROWS, rows); row > 0; row--, x += rowBytes) {
      const d0 = f32x4.sub(v128.load(x), pivot0), d1 = f32x4.sub(v128.load(x, 16), pivot1);
      sum0 = f32x4.add(sum0, d0);
      sum1 = f32x4.add(sum1, d1);
      square0 = f32x4.relaxed_madd(d0, d0, square0);
      square1 = f32x4.relaxed_madd(d1, d1, square1);
    }
    rows -= FEW_ROWS;
    addFew(block, sum0, sum1, square0, square1);
  }
}

/**
 * Statistics of x `[rows, channels]` in one pass. `scratch` holds the sums of a block, then the state. Lanes beyond the
 * last channel are read and not used, so 32 bytes after x must be readable.
 */
export function channelStatistics(
  x: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  variance: usize,
  scratch: usize,
): void {
  const state = scratch + BLOCK_BYTES, rowBytes = <usize> channels << 2;
  memory.fill(state, 0, <usize> channels << 4);
  for (let row = 0; row < rows; row += BLOCK_ROWS) {
    const count = min<i32>(BLOCK_ROWS, rows - row), first = x + <usize> row * rowBytes;
    for (let channel = 0; channel < channels; channel += 8) {
      sumBlock(first + (channel << 2), count, rowBytes, scratch);
      mergeStatistics(scratch, min<i32>(8, channels - channel), count, state + (channel << 4), row);
    }
  }
  finishStatistics(state, channels, rows, mean, variance);
}

/**
 * Merges the states of a tensor's parts into the first one's, in order, and writes mean and variance as
 * {@link finishStatistics} does. States are `pitch` bytes apart; each part has `count` rows, the last one `lastCount`.
 */
export function mergeParts(
  states: usize,
  pitch: Bytes,
  parts: i32,
  channels: i32,
  count: i32,
  lastCount: i32,
  mean: usize,
  variance: usize,
): void {
  for (let part = 1; part < parts; part++) {
    const rows: f64 = part == parts - 1 ? lastCount : count, seen: f64 = <f64> count * part;
    const ratio = rows / (seen + rows);
    let to = states, from = states + <usize> part * pitch;
    for (let channel = 0; channel < channels; channel++, to += 16, from += 16) {
      const difference = load<f64>(from) - load<f64>(to);
      store<f64>(to, load<f64>(to) + difference * ratio);
      store<f64>(to, load<f64>(to, 8) + load<f64>(from, 8) + difference * difference * ratio * seen, 8);
    }
  }
  finishStatistics(states, channels, count * (parts - 1) + lastCount, mean, variance);
}
