/** Rows of the transposes of convolution. */
import { convolutionGeometry, type Geometry, isDepthwise } from "../../lowering/geometry.ts";
import { type Phase, phasesOf } from "../../lowering/phases.ts";
import type { Buffer } from "../arena.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { WebGpuLowering } from "../lowering.ts";
import { NARROW_WEIGHT, WIDE_WEIGHT } from "../wgsl/convolution_gradients.ts";
import { DEPTHWISE } from "../wgsl/depthwise.ts";
import { tilePixels } from "../wgsl/tile.ts";
import { chooseTile, lowerConvolution, widthOf, type WindowGeometry, windowOf } from "./convolution.ts";
import { copyAll } from "./layout.ts";
import { sumParts } from "./reductions.ts";

/** The weight that makes a phase of the transpose a convolution. */
function turnedWeight(lowering: WebGpuLowering, { rows, columns }: Phase, options: {
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
  lowering: WebGpuLowering,
  { id, inputs: [yId, weightId], attributes, shape }: LoweredNode<"conv2d_input">,
): void {
  const { places } = lowering, shapes = { x: shape, weight: places.shape(weightId!), y: places.shape(yId!) };
  const geometry = convolutionGeometry(shapes, attributes), { n, h, w, c, oh, ow, o, stride, groups } = geometry;
  const view = places.view(yId!), weight = places.of(weightId!), y = places.place(id);
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

/** Products that are summed apart. */
interface Slices {
  readonly slices: number;
  readonly sliceProducts: number;
}

/** How products are cut so that so many workgroups a slice keep a device busy; slices are multiples of every depth. */
function sliced(products: number, workgroups: number): Slices {
  const wanted = Math.min(Math.ceil(products / SLICE_PRODUCTS), Math.ceil(ENOUGH_WORKGROUPS / workgroups));
  const sliceProducts = Math.ceil(products / wanted / 16) * 16;
  return { slices: Math.ceil(products / sliceProducts), sliceProducts };
}

/** What the transpose by the weight sums, and where to. */
interface WeightSums {
  /** One weight, or each image's. */
  readonly y: Buffer;
  readonly perImage: boolean;
  readonly window: WindowGeometry;
  readonly windowValues: ReturnType<typeof windowOf>;
  readonly gradient: Buffer;
}

/** The slices of all pixels: images, or as many as keep a device busy. */
function slicesOf({ window: { n, oh, ow }, perImage }: WeightSums, workgroups: number): Slices {
  return perImage ? { slices: n, sliceProducts: oh * ow } : sliced(n * oh * ow, workgroups);
}

/** Products of output channels over pixels; returns the parts, which are the output itself where nothing is left to sum. */
function lowerWeightProducts(lowering: WebGpuLowering, sums: WeightSums): Buffer {
  const { window, windowValues, gradient, y, perImage } = sums;
  const { n, oh, ow, o, c, kh, kw, groups } = window, products = n * oh * ow;
  const pixels = o / groups, channels = kh * kw * c / groups, elements = o * channels;
  const name = chooseTile(pixels, { wide: tilePixels(WIDE_WEIGHT), narrow: tilePixels(NARROW_WEIGHT) });
  const tile = name === "Wide" ? WIDE_WEIGHT : NARROW_WEIGHT;
  const tilesAcross = Math.ceil(channels / tile.channels);
  const tiles = tilesAcross * Math.ceil(pixels / tilePixels(tile));
  const { slices, sliceProducts } = slicesOf(sums, tiles * groups);
  const parts = slices === 1 || perImage ? y : lowering.scratch(slices * elements);
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
function lowerDepthwiseSums(lowering: WebGpuLowering, sums: WeightSums): Buffer {
  const { window: { n, oh, ow, c, kh, kw }, windowValues, gradient } = sums;
  const pixels = n * oh * ow, tilesAcross = Math.ceil(c / DEPTHWISE.channels), elements = c * kh * kw;
  const { slices, sliceProducts } = slicesOf(sums, tilesAcross), parts = lowering.scratch(slices * elements);
  const tiles = tilesAcross * slices, extents = { channels: c, pixels, tilesAcross, tiles };
  lowering.add(`depthwiseWeight${widthOf(c)}`, {
    ...windowValues,
    y: parts,
    gradient,
    ...extents,
    slicePixels: sliceProducts,
  }, { over: { workgroups: tiles }, macs: pixels * elements });
  return parts;
}

/**
 * Sums over slices of pixels that many workgroups share, in f32, which are then added in order; images apart are such slices.
 * Reads views.
 */
export function conv2dWeight(
  lowering: WebGpuLowering,
  { id, inputs: [xId, yId], attributes, shape }: LoweredNode<"conv2d_weight">,
): void {
  const { places } = lowering,
    shapes = { x: places.shape(xId!), y: places.shape(yId!) },
    { perImage = false } = attributes;
  const weight = [shapes.y.at(-1)!, ...shape.slice(1)];
  const geometry = convolutionGeometry({ ...shapes, weight }, attributes), { padding } = geometry;
  const window = { ...geometry, top: padding, left: padding }, gradient = places.of(yId!);
  const windowValues = windowOf(window, places.view(xId!)), y = places.place(id);
  const lower = isDepthwise(geometry) ? lowerDepthwiseSums : lowerWeightProducts;
  const parts = lower(lowering, { window, windowValues, gradient, y, perImage });
  if (parts === y) return;
  if (perImage) copyAll(lowering, parts, y);
  else sumParts(lowering, parts, y);
}
