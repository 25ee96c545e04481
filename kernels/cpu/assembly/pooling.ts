/**
 * Pooling of NHWC activations, four channels at a time: each output reads its window once per four channels and writes
 * four values. The speed is limited by memory. Up to 12 bytes after the input are read and not used.
 */
import { storeChannels } from "./vectors";

/** A window's half-open ranges of rows and columns, clipped to the input. */
@unmanaged
class Window {
  top: i32;
  bottom: i32;
  left: i32;
  right: i32;
}

const window = changetype<Window>(memory.data(16, 16));

/** The largest value, or the sum, of the window at `x` in each of four channels. */
function reduceWindow(x: usize, w: i32, pixelBytes: usize, largest: bool): v128 {
  let result = f32x4.splat(largest ? -<f32> Infinity : 0);
  for (let row = window.top; row < window.bottom; row++) {
    let from = x + <usize> (row * w + window.left) * pixelBytes;
    for (let column = window.left; column < window.right; column++, from += pixelBytes) {
      const values = v128.load(from);
      result = largest ? f32x4.max(result, values) : f32x4.add(result, values);
    }
  }
  return result;
}

/** One output pixel. */
function poolPixel(y: usize, x: usize, w: i32, c: i32, largest: bool): void {
  const count = (window.bottom - window.top) * (window.right - window.left);
  const divisor = f32x4.splat(largest ? 1 : <f32> count);
  for (let channel = 0; channel < c; channel += 4) {
    const reduced = reduceWindow(x + (channel << 2), w, <usize> c << 2, largest);
    storeChannels(y + (channel << 2), f32x4.div(reduced, divisor), c - channel);
  }
}

/** Pools windows of a fixed kernel and stride over `[n, h, w, c]`; padding is never counted. */
export function windowPool(
  y: usize,
  x: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
  largest: bool,
): void {
  for (let image = 0; image < n; image++, x += <usize> (h * w * c) << 2) {
    for (let row = 0; row < oh; row++) {
      const top = row * stride - padding;
      window.top = max<i32>(0, top);
      window.bottom = min<i32>(h, top + kernel);
      for (let column = 0; column < ow; column++, y += c << 2) {
        const left = column * stride - padding;
        window.left = max<i32>(0, left);
        window.right = min<i32>(w, left + kernel);
        poolPixel(y, x, w, c, largest);
      }
    }
  }
}

/**
 * The mean of the window at `x` in each of four channels, summed in float64. In a squeeze-and-excite block a
 * normalisation follows, which depends on the small differences between the means of different images.
 */
function meanWindow(x: usize, w: i32, pixelBytes: usize): v128 {
  let low = f64x2.splat(0), high = low;
  for (let row = window.top; row < window.bottom; row++) {
    let from = x + <usize> (row * w + window.left) * pixelBytes;
    for (let column = window.left; column < window.right; column++, from += pixelBytes) {
      const values = v128.load(from);
      low = f64x2.add(low, f64x2.promote_low_f32x4(values));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(values, values, 1, 1)));
    }
  }
  const count = f64x2.splat(<f64> ((window.bottom - window.top) * (window.right - window.left)));
  const first = f32x4.demote_f64x2_zero(f64x2.div(low, count)), last = f32x4.demote_f64x2_zero(f64x2.div(high, count));
  return v128.shuffle<f64>(first, last, 0, 2);
}

/** Adaptive average pooling: the means of size × size near-equal parts. */
export function adaptivePool(y: usize, x: usize, n: i32, h: i32, w: i32, c: i32, size: i32): void {
  for (let image = 0; image < n; image++, x += <usize> (h * w * c) << 2) {
    for (let row = 0; row < size; row++) {
      window.top = row * h / size;
      window.bottom = ((row + 1) * h + size - 1) / size;
      for (let column = 0; column < size; column++, y += c << 2) {
        window.left = column * w / size;
        window.right = ((column + 1) * w + size - 1) / size;
        for (let channel = 0; channel < c; channel += 4) {
          const mean = meanWindow(x + (channel << 2), w, <usize> c << 2);
          storeChannels(y + (channel << 2), mean, c - channel);
        }
      }
    }
  }
}
