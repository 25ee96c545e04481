/**
 * The transposes (gradients) of pooling, four channels at a time: each window is read once per four channels, and its
 * contributions are added to an output that starts at zero. Up to 12 bytes after the tensors are read and not used.
 */
import { storeChannels } from "./vectors";

/** A pooling's extents, and its window's half-open ranges of rows and columns, clipped to the input. */
@unmanaged
class Window {
  w: i32;
  c: i32;
  top: i32;
  bottom: i32;
  left: i32;
  right: i32;
}

const window = changetype<Window>(memory.data(32, 16));

function setRows(row: i32, h: i32, kernel: i32, stride: i32, padding: i32): void {
  const top = row * stride - padding;
  window.top = max<i32>(0, top);
  window.bottom = min<i32>(h, top + kernel);
}

function setColumns(column: i32, w: i32, kernel: i32, stride: i32, padding: i32): void {
  const left = column * stride - padding;
  window.left = max<i32>(0, left);
  window.right = min<i32>(w, left + kernel);
}

/**
 * For each of four channels, the byte offset in an image of the largest value of the window; the first where several
 * are equal.
 */
function largestPlaces(x: usize, channel: i32): v128 {
  let best = f32x4.splat(0), places = i32x4.splat(0), first = true;
  for (let row = window.top; row < window.bottom; row++) {
    for (let column = window.left; column < window.right; column++) {
      const at = <usize> ((row * window.w + column) * window.c + channel) << 2;
      const values = v128.load(x + at), here = i32x4.splat(<i32> at);
      const larger = first ? i32x4.splat(-1) : f32x4.gt(values, best);
      best = v128.bitselect(values, best, larger);
      places = v128.bitselect(here, places, larger);
      first = false;
    }
  }
  return places;
}

/**
 * One pixel of y, channel by channel: adds its value to `image` where x is largest (`scatters`), or sets it to the
 * value of `image` there.
 */
function movePixel(x: usize, y: usize, image: usize, scatters: bool): void {
  for (let channel = 0; channel < window.c; channel += 4) {
    v128.store(PLACES, largestPlaces(x, channel));
    const lanes = min<i32>(4, window.c - channel);
    for (let lane = 0; lane < lanes; lane++) {
      const beside = y + ((channel + lane) << 2);
      const place = image + load<u32>(PLACES + (lane << 2)) + (lane << 2);
      if (scatters) store<f32>(place, load<f32>(place) + load<f32>(beside));
      else store<f32>(beside, load<f32>(place));
    }
  }
}

const PLACES: usize = memory.data(16, 16);

/**
 * Goes over the windows of x. With `scatters`, each value of y `[n, oh, ow, c]` is added to `image` `[n, h, w, c]` at
 * the position where x is largest in the window (the gradient of max pooling); otherwise y is set to the value of
 * `image` there.
 */
export function movePooled(
  image: usize,
  x: usize,
  y: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
  scatters: bool,
): void {
  const imageBytes = <usize> (h * w * c) << 2;
  window.w = w;
  window.c = c;
  if (scatters) memory.fill(image, 0, <usize> n * imageBytes);
  for (let i = 0; i < n; i++, x += imageBytes, image += imageBytes) {
    for (let row = 0; row < oh; row++) {
      setRows(row, h, kernel, stride, padding);
      for (let column = 0; column < ow; column++, y += c << 2) {
        setColumns(column, w, kernel, stride, padding);
        movePixel(x, y, image, scatters);
      }
    }
  }
}

/** Divides a pixel equally among the positions of its window and adds the parts there. */
function spreadPixel(x: usize, y: usize): void {
  const c = window.c, pixelBytes = <usize> c << 2;
  const share = f32x4.splat(1 / <f32> ((window.bottom - window.top) * (window.right - window.left)));
  for (let channel = 0; channel < c; channel += 4) {
    const values = f32x4.mul(v128.load(y + (channel << 2)), share);
    for (let row = window.top; row < window.bottom; row++) {
      let to = x + <usize> (row * window.w + window.left) * pixelBytes + (channel << 2);
      for (let column = window.left; column < window.right; column++, to += pixelBytes) {
        storeChannels(to, f32x4.add(v128.load(to), values), c - channel);
      }
    }
  }
}

/**
 * The gradient of average pooling: divides each value of y `[n, oh, ow, c]` equally among the positions of its window
 * in x `[n, h, w, c]`.
 */
export function windowUnpool(
  x: usize,
  y: usize,
  n: i32,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
): void {
  const imageBytes = <usize> (h * w * c) << 2;
  window.w = w;
  window.c = c;
  memory.fill(x, 0, <usize> n * imageBytes);
  for (let image = 0; image < n; image++, x += imageBytes) {
    for (let row = 0; row < oh; row++) {
      setRows(row, h, kernel, stride, padding);
      for (let column = 0; column < ow; column++, y += c << 2) {
        setColumns(column, w, kernel, stride, padding);
        spreadPixel(x, y);
      }
    }
  }
}

/**
 * The gradient of adaptive pooling: divides each value of y `[n, size, size, c]` equally among the positions of its
 * part of x `[n, h, w, c]`.
 */
export function adaptiveUnpool(x: usize, y: usize, n: i32, h: i32, w: i32, c: i32, size: i32): void {
  const imageBytes = <usize> (h * w * c) << 2;
  window.w = w;
  window.c = c;
  memory.fill(x, 0, <usize> n * imageBytes);
  for (let image = 0; image < n; image++, x += imageBytes) {
    for (let row = 0; row < size; row++) {
      window.top = row * h / size;
      window.bottom = ((row + 1) * h + size - 1) / size;
      for (let column = 0; column < size; column++, y += c << 2) {
        window.left = column * w / size;
        window.right = ((column + 1) * w + size - 1) / size;
        spreadPixel(x, y);
      }
    }
  }
}
