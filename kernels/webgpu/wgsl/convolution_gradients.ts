/**
 * The transposes of convolution as matrix products; both sides are gathered element by element, so any geometry will do.
 */
import { windowText } from "./convolution.ts";
import { each, type Kernel } from "./kernel.ts";
import { type ProductOperands, productText, type ProductTile } from "./product.ts";
import { tileFields } from "./tile.ts";

/** Geometry of the convolution that is transposed: x `[n, h, w, c]`, y `[n, oh, ow, o]`. */
const geometryFields = {
  h: "u32",
  w: "u32",
  inputChannels: "u32",
  groupInputs: "u32",
  oh: "u32",
  ow: "u32",
  outputChannels: "u32",
  groupOutputs: "u32",
  kh: "u32",
  kw: "u32",
  stride: "u32",
  padding: "u32",
} as const;

/** The tile is of x: its `y` is the gradient that is written. */
export const convolutionInputFields = { ...tileFields, ...geometryFields, source: "at", weight: "at" } as const;

/** Rows of the tile are a group's output channels, columns its window's positions and input channels. */
export const convolutionWeightFields = {
  ...tileFields,
  ...geometryFields,
  x: "at",
  source: "at",
  groups: "u32",
  groupElements: "u32",
  sliceElements: "u32",
  sliceProducts: "u32",
  products: "u32",
} as const;

/** Sides that are functions of one element: `leftValue(pixel, k, z)` and `rightValue(column, k, z)`. */
const byElements = {
  row: () => "",
  setup: "",
  left: (i: number) => `
      a${i} = vec4<f32>(
        leftValue(pixel${i}, k, z),
        leftValue(pixel${i}, k + 1u, z),
        leftValue(pixel${i}, k + 2u, z),
        leftValue(pixel${i}, k + 3u, z),
      );`,
  right: each(4, (j) => `
      if (column + ${j}u < p.groupChannels) {
        b${j} = vec4<f32>(
          rightValue(column + ${j}u, k, z),
          rightValue(column + ${j}u, k + 1u, z),
          rightValue(column + ${j}u, k + 2u, z),
          rightValue(column + ${j}u, k + 3u, z),
        );
      }`),
  advance: "",
} as const;

const inputOperands: ProductOperands = {
  ...byElements,
  range: `
  let start = 0u;
  let products = p.kh * p.kw * p.groupOutputs;`,
  text: `
fn productCount() -> u32 { return p.kh * p.kw * p.groupOutputs; }
/** y where the window's position k / groupOutputs lies on the pixel of x. */
fn leftValue(pixel: u32, k: u32, z: u32) -> f32 {
  let position = k / p.groupOutputs;
  let row = i32(pixel / p.w % p.h + p.padding) - i32(position / p.kw);
  let column = i32(pixel % p.w + p.padding) - i32(position % p.kw);
  let stride = i32(p.stride);
  if (k >= productCount() || row < 0 || column < 0 || row % stride != 0 || column % stride != 0) { return 0.0; }
  if (u32(row / stride) >= p.oh || u32(column / stride) >= p.ow) { return 0.0; }
  let source = (pixel / p.w / p.h * p.oh + u32(row / stride)) * p.ow + u32(column / stride);
  return scalar(p.source + source * p.outputChannels + z * p.groupOutputs + k % p.groupOutputs);
}
fn rightValue(column: u32, k: u32, z: u32) -> f32 {
  if (k >= productCount()) { return 0.0; }
  let channel = z * p.groupOutputs + k % p.groupOutputs;
  return scalar(p.weight + (channel * p.kh * p.kw + k / p.groupOutputs) * p.groupInputs + column);
}`,
};

/** Slices of the products are summed apart, each to a part of its own, so that many workgroups share them. */
const weightOperands: ProductOperands = {
  ...byElements,
  place: `
  let z = group.z % p.groups;
  let slice = group.z / p.groups;
  let y = p.y + slice * p.sliceElements + z * p.groupElements;
  let channel = within;`,
  range: `
  let start = slice * p.sliceProducts;
  let products = min(p.products, start + p.sliceProducts);`,
  text: `${windowText}
fn leftValue(row: u32, k: u32, z: u32) -> f32 {
  if (k >= p.products) { return 0.0; }
  return scalar(p.source + k * p.outputChannels + z * p.groupOutputs + row);
}
fn rightValue(column: u32, k: u32, z: u32) -> f32 {
  if (k >= p.products) { return 0.0; }
  let position = column / p.groupInputs;
  let window = place(k);
  let row = window.row + i32(position / p.kw);
  let across = window.column + i32(position % p.kw);
  if (u32(row) >= p.h || u32(across) >= p.w) { return 0.0; }
  let at = (window.image + u32(row) * p.w + u32(across)) * p.inputChannels;
  return scalar(p.x + at + z * p.groupInputs + column % p.groupInputs);
}`,
};

/** y and weight to the convolution's input; groups are numbered along z. */
export function convolutionInputKernel(tile: ProductTile): Kernel<typeof convolutionInputFields> {
  return { fields: convolutionInputFields, width: 1, body: productText(tile, inputOperands) };
}

/**
 * x and y to the convolution's weight, or to a part of it for each slice of pixels; groups, then slices, are numbered
 * along z.
 */
export function convolutionWeightKernel(tile: ProductTile): Kernel<typeof convolutionWeightFields> {
  return { fields: convolutionWeightFields, width: 1, body: productText(tile, weightOperands) };
}
