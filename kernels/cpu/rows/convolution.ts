/** Rows of convolutions and linear layers. */
import type { NodeId } from "../../../core/graph/graph.ts";
import type { Shape } from "../../../core/graph/shape.ts";
import { convolutionGeometry, type Geometry, isDepthwise } from "../../lowering/geometry.ts";
import type { BufferView } from "../../lowering/places.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import { type Band, bandBytes, chooseBand, PANEL, sliceChannels, TILE_PIXELS } from "../bands.ts";
import type { Buffer, Values } from "../lowered.ts";
import type { CpuLowering } from "../lowering.ts";
import { lowerVectors, STATISTICS_BLOCK_BYTES } from "./normalization.ts";

const PART_WEIGHT_BYTES = 20 * 1024;
const PART_OUTPUT_BYTES = 128 * 1024;

/** Whether output pixels are input pixels, whichever image and row they are in. */
export const isPointwise = ({ h, w, oh, ow, kh, kw, stride, padding }: Geometry): boolean =>
  kh === 1 && kw === 1 && stride === 1 && padding === 0 && h === oh && w === ow;

/** A pointwise convolution as one column of pixels. */
export function flattened(geometry: Geometry): Geometry {
  const { n, oh, ow } = geometry;
  if (!isPointwise(geometry)) return geometry;
  return { ...geometry, n: 1, h: n * oh * ow, w: 1, oh: n * oh * ow, ow: 1 };
}

/** How many panels of output channels there are; none spans two groups, unless each is one channel. */
export function panelCount(geometry: Geometry): number {
  const { o, groups } = geometry;
  return isDepthwise(geometry) ? Math.ceil(o / PANEL) : groups * Math.ceil(o / groups / PANEL);
}

/** Bytes of the packed weights and biases. */
function packedBytes(geometry: Geometry): number {
  const { kh, kw, c, groups } = geometry;
  return panelCount(geometry) * (kh * kw * (c / groups) + 1) * PANEL * 4;
}

/** Pixels of a part of a band: the whole, unless weights stay in the first-level cache and outputs would leave the second. */
function partPixels(geometry: Geometry, band: Band): number {
  const pixels = band.images * band.rows * geometry.ow;
  if (packedBytes(geometry) > PART_WEIGHT_BYTES) return pixels;
  const parts = Math.floor(PART_OUTPUT_BYTES / (4 * geometry.o * TILE_PIXELS));
  return Math.min(pixels, Math.max(2, parts) * TILE_PIXELS);
}

/** Bytes of the sums of every panel, and of the state of every channel. */
const statisticsBytes = (geometry: Geometry): number =>
  panelCount(geometry) * STATISTICS_BLOCK_BYTES + (geometry.o + PANEL) * 16;

/** A convolution's operands. */
export interface Operands {
  readonly view: BufferView<Buffer>;
  readonly weight: Buffer;
  readonly bias?: Buffer | undefined;
  readonly y: Buffer;
  readonly mean?: Buffer | undefined;
  readonly variance?: Buffer | undefined;
  readonly epilogue?: Pick<Descriptor, EpilogueField> | undefined;
}

type EpilogueField = "finishes" | "finishScale" | "finishShift" | "addend" | "finish";

/** Of a convolution whose sums are its output. */
export const noEpilogue: Pick<Descriptor, EpilogueField> = {
  finishes: false,
  finishScale: undefined,
  finishShift: undefined,
  addend: undefined,
  finish: 0,
};

/** Whether a convolution reads its input where it lies. */
export const readsInPlace = (geometry: Geometry, { scale, activation }: BufferView<Buffer>): boolean =>
  isPointwise(geometry) && scale === undefined && activation === 0;

type Descriptor = Values<"convolve">;

type BandFields = Pick<Descriptor, "bandImages" | "bandRows" | "partPixels" | "sliceChannels">;

/** What a convolution's descriptor says of its extents and bands. */
export function extents(geometry: Geometry, band: Band): Geometry & BandFields {
  const bands = { bandImages: band.images, bandRows: band.rows, partPixels: partPixels(geometry, band) };
  return { ...geometry, ...bands, sliceChannels: sliceChannels(geometry) };
}

/** Buffers that live only while the convolution runs. */
function workspace(
  lowering: CpuLowering,
  geometry: Geometry,
  { band, operands: { view, mean, variance } }: { readonly band: Band; readonly operands: Operands },
): Pick<Descriptor, "band" | "packed" | "offsets" | "statistics" | "transformed"> {
  return {
    band: readsInPlace(geometry, view) ? undefined : lowering.scratch(bandBytes(geometry, band)),
    packed: lowering.scratch(packedBytes(geometry)),
    offsets: lowering.scratch(4 * band.images * band.rows * geometry.ow),
    statistics: mean || variance ? lowering.scratch(statisticsBytes(geometry)) : undefined,
    transformed: undefined,
  };
}

/** Bytes of the tiles' inputs and products that a convolution by tiles holds: what stays in a second-level cache. */
const TILES_BYTES = 256 * 1024;
/** Places of a tile: 4×4 inputs. */
const PLACES = 16;

/**
 * Whether a convolution is computed by tiles of 2×2 outputs (see assembly/winograd.ts). Only what known statistics
 * normalise is, as in a trained network: the sums of other convolutions are compared to the last bits.
 */
function takesTiles(geometry: Geometry, { epilogue }: Operands): boolean {
  const { kh, kw, stride, groups, c, o, oh, ow } = geometry;
  return kh === 3 && kw === 3 && stride === 1 && groups === 1 && c % 4 === 0 && o % PANEL === 0 && c >= PANEL &&
    oh % 2 === 0 && ow % 2 === 0 && epilogue?.finishScale !== undefined && epilogue.finish <= 1;
}

/** Adds the task of a convolution by tiles. */
function lowerTiles(lowering: CpuLowering, geometry: Geometry, operands: Operands): void {
  const { c, o } = geometry, { view, weight, bias, y, epilogue = noEpilogue } = operands;
  const { images, rows } = chooseBand(geometry), band = { images, rows: Math.max(2, rows - rows % 2) };
  const tiles = TILE_PIXELS * Math.max(1, Math.floor(TILES_BYTES / (4 * PLACES * (c + o) * TILE_PIXELS)));
  lowering.add("convolveTiles", {
    ...view,
    ...{ weight, bias, y, mean: undefined, variance: undefined, backwards: !view.x.backwards },
    ...epilogue,
    ...extents(geometry, band),
    partPixels: tiles,
    band: lowering.scratch(bandBytes(geometry, band)),
    packed: lowering.scratch(PLACES * o * (c + 1) * 4),
    offsets: lowering.scratch(4 * tiles),
    statistics: undefined,
    transformed: lowering.scratch(4 * PLACES * tiles * (c + o)),
  });
  y.backwards = !view.x.backwards;
}

/** Adds the task of a convolution; the strided copies of a depthwise one are slower from the end. */
export function lowerConvolution(lowering: CpuLowering, geometry: Geometry, operands: Operands): void {
  if (takesTiles(geometry, operands)) return lowerTiles(lowering, geometry, operands);
  const { view, weight, bias, y, mean, variance, epilogue = noEpilogue } = operands, band = chooseBand(geometry);
  const backwards = !isDepthwise(geometry) && !view.x.backwards;
  const work = workspace(lowering, geometry, { band, operands });
  y.backwards = backwards;
  lowering.add("convolve", {
    ...view,
    ...{ weight, bias, y, mean, variance, backwards },
    ...epilogue,
    ...extents(geometry, band),
    ...work,
  });
}

/** What is done to the sums before they are a node's output; nothing where its layer is that node. */
function lowerEpilogue(lowering: CpuLowering, id: NodeId): Operands["epilogue"] {
  const { producer, norm, addend, activation = "none" } = lowering.epilogue(id), { places } = lowering;
  if (producer === undefined) return undefined;
  const { scale, shift } = norm === undefined ? {} : lowerVectors(lowering, norm);
  return {
    finishes: true,
    finishScale: scale,
    finishShift: shift,
    addend: addend === undefined ? undefined : places.of(addend),
    finish: places.activationIndex(activation),
  };
}

/** Statistics are those of the sums, so those of what an epilogue makes of them are taken by their own row. */
function operandsOf(lowering: CpuLowering, id: NodeId, inputs: readonly NodeId[]): Operands {
  const { places } = lowering, [x, weight, bias] = inputs, epilogue = lowerEpilogue(lowering, id);
  return {
    epilogue,
    view: places.view(x!),
    weight: places.of(weight!),
    bias: bias === undefined ? undefined : places.of(bias),
    y: places.place(id),
    ...(epilogue ? {} : places.placeStatistics(id)),
  };
}

/** Any kernel, stride, padding and groups; reads views, takes the statistics of its output. */
export function conv2d(lowering: CpuLowering, { id, inputs, attributes, shape }: LoweredNode<"conv2d">): void {
  const [x, weight] = inputs.map((from) => lowering.places.shape(from)) as [Shape, Shape];
  const geometry = flattened(convolutionGeometry({ x, weight, y: shape }, attributes));
  lowerConvolution(lowering, geometry, operandsOf(lowering, id, inputs));
}

/** A convolution of one pixel a row. */
export function linear(lowering: CpuLowering, { id, inputs, shape }: LoweredNode<"linear">): void {
  const [n, o] = shape as [number, number], c = lowering.places.shape(inputs[0]!)[1]!;
  const one = { w: 1, ow: 1, kh: 1, kw: 1, stride: 1, padding: 0, paddingAfter: 0, groups: 1 };
  lowerConvolution(lowering, { n: 1, h: n, oh: n, c, o, ...one }, operandsOf(lowering, id, inputs));
}
