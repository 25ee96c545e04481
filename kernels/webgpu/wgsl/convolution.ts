/**
 * Convolutions as matrix products: pixels × (window, channel) by (window, channel) × output channels. The left side is
 * gathered from the activation, normalised and activated on the way.
 */
import { epilogueFields, epilogueText } from "./epilogue.ts";
import { viewFields, viewText } from "./expressions.ts";
import { each, type Kernel, type Width } from "./kernel.ts";
import { type ProductOperands, productText, type ProductTile } from "./product.ts";
import { tileFields } from "./tile.ts";

/** Geometry of a convolution, `x` as a view. */
export const convolutionFields = {
  ...tileFields,
  ...epilogueFields,
  ...viewFields,
  x: "at",
  weight: "at",
  h: "u32",
  w: "u32",
  inputChannels: "u32",
  groupInputs: "u32",
  oh: "u32",
  ow: "u32",
  kh: "u32",
  kw: "u32",
  stride: "u32",
  padding: "u32",
} as const;

/** `fn place(pixel)`: where the window of an output pixel begins. */
export const windowText = `
struct Window { image: u32, row: i32, column: i32 }
fn place(pixel: u32) -> Window {
  let row = pixel / p.ow;
  return Window(
    row / p.oh * p.h * p.w,
    i32(row % p.oh * p.stride) - i32(p.padding),
    i32(pixel % p.ow * p.stride) - i32(p.padding),
  );
}`;

const shared = {
  range: `
  let start = 0u;
  let products = p.kh * p.kw * p.groupInputs;
  let first = z * p.groupInputs;
  let weightAt = p.weight + (z * p.groupChannels + column) * products;`,
  row: (i: number) => `  let window${i} = place(pixel${i});`,
  epilogue: epilogueText,
  right: `${
    each(4, (j) => `
      if (column + ${j}u < p.groupChannels) { b${j} = quad(weightAt + ${j}u * products + k); }`)
  }
      let kept = vec4<u32>(k, k + 1u, k + 2u, k + 3u) < vec4<u32>(products);
      ${each(4, (j) => `b${j} = select(vec4<f32>(0.0), b${j}, kept);`)}`,
} as const;

/** Channels of one position at a time: quads never straddle two, and the position moves on with the steps. */
const quads: ProductOperands = {
  ...shared,
  text: `override POINTWISE: bool;
${viewText("vec4<f32>")}
${windowText}`,
  setup: `
  var c = k % p.groupInputs;
  var dx = k / p.groupInputs % p.kw;
  var dy = k / p.groupInputs / p.kw;`,
  left: (i) => `
      let row = window${i}.row + select(i32(dy), 0, POINTWISE);
      let column = window${i}.column + select(i32(dx), 0, POINTWISE);
      if (POINTWISE || (u32(row) < p.h && u32(column) < p.w)) {
        let at = (window${i}.image + u32(row) * p.w + u32(column)) * p.inputChannels + first + c;
        a${i} = viewed(quad(p.x + at), View(p.scale, p.shift, p.activation), first + c);
      }`,
  advance: `
    c += STEP;
    while (!POINTWISE && c >= p.groupInputs) {
      c -= p.groupInputs;
      dx += 1u;
      if (dx == p.kw) { dx = 0u; dy += 1u; }
    }`,
};

/** Any channel count: each element of a quad finds its own position. */
const elements: ProductOperands = {
  ...shared,
  text: `${viewText("vec4<f32>")}
${windowText}
fn gather(window: Window, k: u32, first: u32) -> f32 {
  let position = k / p.groupInputs;
  let channel = first + k % p.groupInputs;
  let row = window.row + i32(position / p.kw);
  let column = window.column + i32(position % p.kw);
  if (k >= p.kh * p.kw * p.groupInputs || u32(row) >= p.h || u32(column) >= p.w) { return 0.0; }
  var value = scalar(p.x + (window.image + u32(row) * p.w + u32(column)) * p.inputChannels + channel);
  if (p.scale != NONE) { value = fma(value, vector(p.scale + channel), vector(p.shift + channel)); }
  return activate(p.activation, vec4<f32>(value)).x;
}`,
  setup: "",
  left: (i) => `
      a${i} = vec4<f32>(
        gather(window${i}, k, first),
        gather(window${i}, k + 1u, first),
        gather(window${i}, k + 2u, first),
        gather(window${i}, k + 3u, first),
      );`,
  advance: "",
};

/**
 * A convolution or linear layer of any geometry; groups are numbered along z. Quads need group channels that are
 * multiples of four. `POINTWISE` drops the window where it is one pixel without padding.
 */
export function convolutionKernel(
  tile: ProductTile,
  { width, pointwise }: { readonly width: Width; readonly pointwise: boolean },
): Kernel<typeof convolutionFields> {
  return {
    fields: convolutionFields,
    width,
    ...(width === 4 && { constants: { POINTWISE: Number(pointwise) } }),
    body: productText(tile, width === 4 ? quads : elements),
  };
}
