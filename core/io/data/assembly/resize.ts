/**
 * The two passes of core/images/bicubic.ts, four values at a time. Sums are 32-bit and wrap as they do there, so that the
 * bits are the same. Both read and write up to 15 bytes beyond their buffers.
 */

/** Bits behind the point of a weight. */
const FRACTION_BITS = 22;
const HALF = 1 << (FRACTION_BITS - 1);

/** Where memory is free. */
export function freeAddress(): usize {
  return __heap_base;
}

/** Four sums as bytes in the lowest four lanes. */
// @ts-ignore: decorator
@inline
function toBytes(sums: v128): v128 {
  const words = i16x8.narrow_i32x4_s(i32x4.shr_s(sums, FRACTION_BITS), i32x4.splat(0));
  return i8x16.narrow_i16x8_u(words, words);
}

/** Resizes `height` rows of `width` pixels along their columns. Taps are `[targets]` starts, counts, `[targets, span]`. */
export function resizeColumns(
  pixels: usize,
  width: i32,
  height: i32,
  starts: usize,
  counts: usize,
  weights: usize,
  targets: i32,
  span: i32,
  result: usize,
): void {
  for (let row = 0; row < height; row++, pixels += 3 * width) {
    let weightRow = weights;
    for (let target = 0; target < targets; target++, weightRow += span << 2, result += 3) {
      let at = pixels + 3 * load<i32>(starts + (target << 2));
      let sums = i32x4.splat(HALF);
      const end = weightRow + (load<i32>(counts + (target << 2)) << 2);
      for (let weight = weightRow; weight < end; weight += 4, at += 3) {
        const words = i16x8.extend_low_i8x16_u(v128.load32_zero(at));
        sums = i32x4.add(sums, i32x4.mul(i32x4.extend_low_i16x8_u(words), v128.load32_splat(weight)));
      }
      v128.store_lane<u32>(result, toBytes(sums), 0);
    }
  }
}

/** Resizes along rows: `lines` has `stride` values a row and begins with source row `top`. */
export function resizeRows(
  lines: usize,
  stride: i32,
  top: i32,
  starts: usize,
  counts: usize,
  weights: usize,
  targets: i32,
  span: i32,
  result: usize,
): void {
  for (let target = 0; target < targets; target++, weights += span << 2, result += stride) {
    const first = lines + (load<i32>(starts + (target << 2)) - top) * stride;
    const end = weights + (load<i32>(counts + (target << 2)) << 2);
    for (let at = 0; at < stride; at += 16) {
      let a = i32x4.splat(HALF), b = a, c = a, d = a, line = first + at;
      for (let weight = weights; weight < end; weight += 4, line += stride) {
        const factor = v128.load32_splat(weight), bytes = v128.load(line);
        const low = i16x8.extend_low_i8x16_u(bytes), high = i16x8.extend_high_i8x16_u(bytes);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), factor));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), factor));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), factor));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), factor));
      }
      const low = i16x8.narrow_i32x4_s(i32x4.shr_s(a, FRACTION_BITS), i32x4.shr_s(b, FRACTION_BITS));
      const high = i16x8.narrow_i32x4_s(i32x4.shr_s(c, FRACTION_BITS), i32x4.shr_s(d, FRACTION_BITS));
      v128.store(result + at, i8x16.narrow_i16x8_u(low, high));
    }
  }
}
