/** Rows of the transposes of convolution. */
import { convolutionGeometry, type Geometry, isDepthwise } from "../../geometry.ts";
import { type Phase, phasesOf } from "../../phases.ts";
import type { Buffer } from "../arena.ts";
import type { LoweredNode } from "../lowered.ts";
import type { Lowering } from "../lowering.ts";
import { NARROW_WEIGHT, WIDE_WEIGHT } from "../wgsl/convolution_gradients.ts";
import { DEPTHWISE } from "../wgsl/depthwise.ts";
import { tilePixels } from "../wgsl/tile.ts";
import { chooseTile, lowerConvolution, widthOf, type WindowGeometry, windowOf } from "./convolution.ts";
import { sumParts } from "./reductions.ts";

/** The weight that makes a phase of the transpose a convolution. */
function turnedWeight(lowering: Lowering, { rows, columns }: Phase, options: {
  readonly weight: Buffer;
  readonly geometry: Geometry;
}): Buffer {
  const { weight, geometry: { c, o, kh, kw, stride, groups } } = options;
  const count = c * rows.taps * columns.taps * o / groups, turned = lowering.scratchTensor(count);
  const channels = { groupInputs: c / groups, groupOutputs: o / groups };
  const taps = { rowTap: rows.tap, rowTaps: rows.taps, columnTap: columns.tap, columnTaps: columns.taps };
  lowering.add("turnWeight", { weight, turned, count, kh, kw, ...channels, stride, ...taps }, {
    over: { invocations: count },
  });
  return turned;
}

/** A convolution of stride 1 for every phase of the input's positions, each written to its own rows and columns. */
export function conv2dInput(
  lowering: Lowering,
  { id, inputs: [yId, weightId], attributes, shape }: LoweredNode<"conv2d_input">,
): void {
  const shapes = { x: shape, weight: lowering.shape(weightId!), y: lowering.shape(yId!) };
  const geometry = convolutionGeometry(shapes, attributes), { n, h, w, c, oh, ow, o, stride, groups } = geometry;
  const view = lowering.view(yId!), weight = lowering.buffer(weightId!), y = lowering.place(id);
  const phases = phasesOf(geometry);
  const written = phases.reduce((pixels, { rows, columns }) => pixels + rows.count * columns.count, 0);
  if (written < h * w) {
    const count = y.elements;
    lowering.add("fill", { y, ySpace: y.space, count, value: 0 }, { over: { invocations: count } });
  }
  for (const phase of phases) {
    const { rows, columns } = phase, turned = turnedWeight(lowering, phase, { weight, geometry });
    const extents = { h: oh, w: ow, oh: rows.count, ow: columns.count, kh: rows.taps, kw: columns.taps };
    const window = { n, c: o, o: c, ...extents, stride: 1, top: rows.before, left: columns.before, groups };
    const first = { firstRow: rows.first, firstColumn: columns.first };
    const spacing = { spacing: stride, outputRows: h, outputColumns: w, ...first };
    lowerConvolution(lowering, window, { view, weight: turned, y, spacing });
  }
}

/** Products that a workgroup sums at least, and workgroups that are enough for any device. */
const SLICE_PRODUCTS = 512;
const ENOUGH_WORKGROUPS = 512;

/** How products are cut so that so many workgroups a slice keep a device busy; slices are multiples of every depth. */
function sliced(products: number, workgroups: number): { readonly slices: number; readonly sliceProducts: number } {
  const wanted = Math.min(Math.ceil(products / SLICE_PRODUCTS), Math.ceil(ENOUGH_WORKGROUPS / workgroups));
  const sliceProducts = Math.ceil(products / wanted / 16) * 16;
  return { slices: Math.ceil(products / sliceProducts), sliceProducts };
}

/** What the transpose by the weight sums, and where to. */
interface WeightSums {
  readonly y: Buffer;
  readonly window: WindowGeometry;
  readonly windowValues: ReturnType<typeof windowOf>;
  readonly gradient: Buffer;
}

/** Products of output channels over pixels; returns the parts, which are the weight itself where there is one. */
function lowerWeightProducts(lowering: Lowering, { window, windowValues, gradient, y }: WeightSums): Buffer {
  const { n, oh, ow, o, c, kh, kw, groups } = window, products = n * oh * ow;
  const pixels = o / groups, elements = y.elements, channels = elements / o;
  const name = chooseTile(pixels, { wide: tilePixels(WIDE_WEIGHT), narrow: tilePixels(NARROW_WEIGHT) });
  const tile = name === "Wide" ? WIDE_WEIGHT : NARROW_WEIGHT;
  const tilesAcross = Math.ceil(channels / tile.channels);
  const tiles = tilesAcross * Math.ceil(pixels / tilePixels(tile));
  const { slices, sliceProducts } = sliced(products, tiles * groups),
    parts = slices === 1 ? y : lowering.scratch(slices * elements);
  const output = { y: parts, ySpace: parts.space, pixels, channels, groupChannels: channels, tilesAcross, tiles };
  const slice = { outputChannels: o, groups, sliceElements: elements, sliceProducts, products };
  lowering.add(`convolutionWeight${name}${widthOf(c / groups, pixels)}`, {
    ...output,
    ...windowValues,
    gradient,
    ...slice,
  }, {
    over: { workgroups: tiles },
    groups: groups * slices,
    macs: products * o * kh * kw * c / groups,
  });
  return parts;
}

/** Each channel over pixels; returns the parts. */
function lowerDepthwiseSums(lowering: Lowering, { window, windowValues, gradient, y }: WeightSums): Buffer {
  const { n, oh, ow, c } = window, pixels = n * oh * ow, tilesAcross = Math.ceil(c / DEPTHWISE.channels);
  const { slices, sliceProducts } = sliced(pixels, tilesAcross), parts = lowering.scratch(slices * y.elements);
  const tiles = tilesAcross * slices, extents = { channels: c, pixels, tilesAcross, tiles };
  lowering.add(`depthwiseWeight${widthOf(c)}`, {
    ...windowValues,
    y: parts,
    gradient,
    ...extents,
    slicePixels: sliceProducts,
  }, { over: { workgroups: tiles }, macs: pixels * y.elements });
  return parts;
}

/** Sums over slices of pixels that many workgroups share, in f32, which are then added in order. Reads views. */
export function conv2dWeight(
  lowering: Lowering,
  { id, inputs: [xId, yId], attributes, shape }: LoweredNode<"conv2d_weight">,
): void {
  const shapes = { x: lowering.shape(xId!), weight: shape, y: lowering.shape(yId!) };
  const geometry = convolutionGeometry(shapes, attributes), { padding } = geometry;
  const window = { ...geometry, top: padding, left: padding }, gradient = lowering.buffer(yId!);
  const windowValues = windowOf(window, lowering.view(xId!)), y = lowering.place(id);
  const lower = isDepthwise(geometry) ? lowerDepthwiseSums : lowerWeightProducts;
  const parts = lower(lowering, { window, windowValues, gradient, y });
  if (parts !== y) sumParts(lowering, parts, y);
}
