/** Rows of convolutions and linear layers. */
import type { NodeId } from "../../../core/graph/graph.ts";
import { nhwc, ohwi } from "../../../core/graph/shape.ts";
import { type Geometry, isDepthwise } from "../../lowering/geometry.ts";
import { type Band, bandBytes, chooseBand, sliceChannels, TILE_PIXELS } from "../bands.ts";
import type { LoweredNode } from "../../lowering/row.ts";
import type { Buffer, BufferView, Lowering } from "../lowering.ts";
import { VIEW_ACTIVATIONS } from "../views.ts";
import { placeStatistics, STATISTICS_BLOCK_BYTES, type StatisticsBuffers } from "./normalization.ts";

/** Output channels of a panel. */
export const PANEL = 8;
const PART_WEIGHT_BYTES = 20 * 1024;
const PART_OUTPUT_BYTES = 128 * 1024;

/** Whether output pixels are input pixels, whichever image and row they are in. */
export const isPointwise = ({ kh, kw, stride, padding }: Geometry): boolean =>
  kh === 1 && kw === 1 && stride === 1 && padding === 0;

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
  readonly view: BufferView;
  readonly weight: Buffer;
  readonly bias?: Buffer;
  readonly y: Buffer;
  readonly statistics: StatisticsBuffers;
  /** Whether the end is to be read first. */
  readonly backwards: boolean;
}

/** Buffers that live only while the convolution runs. */
export interface Workspace {
  readonly band?: Buffer;
  readonly packed: Buffer;
  readonly offsets: Buffer;
  readonly statistics?: Buffer;
}

function workspace(lowering: Lowering, geometry: Geometry, options: {
  readonly band: Band;
  readonly operands: Operands;
}): Workspace {
  const { band, operands: { view, statistics } } = options;
  const inPlace = isPointwise(geometry) && !view.scale && view.activation === "none";
  const counted = statistics.mean || statistics.variance;
  return {
    ...(inPlace ? {} : { band: lowering.scratch(bandBytes(geometry, band)) }),
    packed: lowering.scratch(packedBytes(geometry)),
    offsets: lowering.scratch(4 * band.images * band.rows * geometry.ow),
    ...(counted ? { statistics: lowering.scratch(statisticsBytes(geometry)) } : {}),
  };
}

/** The words of the kernel's descriptor, in the order of `class Convolution`. */
export function descriptor(geometry: Geometry, band: Band, operands: Operands, work: Workspace): number[] {
  const { view, weight, bias, y, statistics } = operands;
  const { n, h, w, c, oh, ow, o, kh, kw, stride, padding, groups } = geometry;
  const address = (buffer: Buffer | undefined): number => buffer?.address ?? 0;
  return [
    ...[view.tensor, y, weight, bias, view.scale, view.shift].map(address),
    VIEW_ACTIVATIONS.indexOf(view.activation),
    ...[statistics.mean, statistics.variance].map(address),
    ...[n, h, w, c, oh, ow, o, kh, kw, stride, padding, groups, band.images, band.rows],
    partPixels(geometry, band),
    sliceChannels(geometry),
    ...[work.band, work.packed, work.offsets, work.statistics].map(address),
    Number(operands.backwards),
  ];
}

/** Adds the task of a convolution; the strided copies of a depthwise one are slower from the end. */
export function lowerConvolution(lowering: Lowering, geometry: Geometry, given: Omit<Operands, "backwards">): void {
  const backwards = !isDepthwise(geometry) && !given.view.tensor.backwards, operands = { ...given, backwards };
  given.y.backwards = backwards;
  const band = chooseBand(geometry), work = workspace(lowering, geometry, { band, operands });
  const { view, weight, bias, y, statistics } = operands;
  const touched = [
    ...[view.tensor, view.scale, view.shift, weight, bias, y, statistics.mean, statistics.variance],
    ...[work.band, work.packed, work.offsets, work.statistics],
  ];
  let words: number[] | undefined;
  lowering.task(touched, ({ kernels }) => {
    words ??= descriptor(geometry, band, operands, work);
    new Int32Array(kernels.memory.buffer, kernels.convolutionAddress(), words.length).set(words);
    kernels.convolve();
  });
}

function operandsOf(lowering: Lowering, id: NodeId, inputs: readonly NodeId[]): Omit<Operands, "backwards"> {
  const [x, weight, bias] = inputs;
  return {
    view: lowering.view(x!),
    weight: lowering.tensor(weight!),
    ...(bias === undefined ? {} : { bias: lowering.tensor(bias) }),
    y: lowering.place(id),
    statistics: placeStatistics(lowering, id),
  };
}

/** Any kernel, stride, padding and groups; reads views, takes the statistics of its output. */
export function conv2d(lowering: Lowering, { id, inputs, attributes, shape }: LoweredNode<"conv2d">): void {
  const [n, h, w, c] = nhwc(lowering.shape(inputs[0]!), "input"), [, oh, ow, o] = nhwc(shape, "output");
  const [, kh, kw] = ohwi(lowering.shape(inputs[1]!), "weight");
  const geometry = flattened({ n, h, w, c, oh, ow, o, kh, kw, ...attributes });
  lowerConvolution(lowering, geometry, operandsOf(lowering, id, inputs));
}

/** A convolution of one pixel a row. */
export function linear(lowering: Lowering, { id, inputs, shape }: LoweredNode<"linear">): void {
  const [n, o] = shape as [number, number], c = lowering.shape(inputs[0]!)[1]!;
  const one = { w: 1, ow: 1, kh: 1, kw: 1, stride: 1, padding: 0, groups: 1 };
  lowerConvolution(lowering, { n: 1, h: n, oh: n, c, o, ...one }, operandsOf(lowering, id, inputs));
}
