/** Windows of a convolution: which input values an output pixel sums, and which address the pixel is written to. */
import { viewFields } from "./expressions.ts";

/**
 * Extents of a convolution's input `x`, which is read under a view, and of its window. `top` and `left` are the rows
 * and columns of zeros before the first one; they are negative where the first window begins inside the input.
 */
export const windowFields = {
  ...viewFields,
  x: "at",
  h: "u32",
  w: "u32",
  inputChannels: "u32",
  groupInputs: "u32",
  oh: "u32",
  ow: "u32",
  kh: "u32",
  kw: "u32",
  stride: "u32",
  top: "u32",
  left: "u32",
} as const;

/**
 * `fn place(pixel)`: where the window of an output pixel begins. `fn positionIn(window, dy, dx)`: the input row and
 * column of one position of the window. `fn source(window, position, channel, view)`: four input values there, with the
 * view applied; `channelView(channel)` gives the view. Needs `viewText`.
 */
export const windowText = `
struct Window { image: u32, row: i32, column: i32 }
fn windowAt(image: u32, row: u32, column: u32) -> Window {
  return Window(image * p.h * p.w, i32(row * p.stride) - i32(p.top), i32(column * p.stride) - i32(p.left));
}
fn place(pixel: u32) -> Window {
  let row = pixel / p.ow;
  return windowAt(row / p.oh, row % p.oh, pixel % p.ow);
}
fn positionIn(window: Window, dy: u32, dx: u32) -> vec2<u32> {
  return vec2<u32>(u32(window.row + i32(dy)), u32(window.column + i32(dx)));
}
fn isInside(position: vec2<u32>) -> bool { return position.x < p.h && position.y < p.w; }
fn elementAt(window: Window, position: vec2<u32>) -> u32 {
  return p.x + (window.image + position.x * p.w + position.y) * p.inputChannels;
}
fn channelView(channel: u32) -> View { return viewAt(p.scale, p.shift, p.activation, channel); }
fn source(window: Window, position: vec2<u32>, channel: u32, view: View) -> vec4<f32> {
  return viewed(quad(elementAt(window, position) + channel), view);
}`;

/**
 * `fn element(window, index, first)`: one value of a window, or 0 in the padding. `index` counts positions × channels
 * of the group whose first channel is `first`.
 */
export const elementText = `
fn element(window: Window, index: u32, first: u32) -> f32 {
  let number = index / p.groupInputs;
  let channel = first + index % p.groupInputs;
  let position = positionIn(window, number / p.kw, number % p.kw);
  if (!isInside(position)) { return 0.0; }
  return viewed(vec4<f32>(scalar(elementAt(window, position) + channel)), channelView(channel)).x;
}`;

/** Parameters for writing an output of `oh × ow` pixels to every `spacing`-th row and column of a larger output. */
export const spacingFields = {
  spacing: "u32",
  outputRows: "u32",
  outputColumns: "u32",
  firstRow: "u32",
  firstColumn: "u32",
} as const;

/** `fn placed(pixel)`: the number of a pixel in the larger output. */
export const spacingText = `
fn placed(pixel: u32) -> u32 {
  if (p.spacing == 1u) { return pixel; }
  let row = pixel / p.ow;
  let image = row / p.oh;
  let outputRow = image * p.outputRows + p.firstRow + row % p.oh * p.spacing;
  return outputRow * p.outputColumns + p.firstColumn + pixel % p.ow * p.spacing;
}`;
