/** Rows of the transposes of convolution. */
import { elementCount, nhwc, ohwi, type Shape } from "../../../core/shape.ts";
import type { LoweredNode, Lowering } from "../lowering.ts";
import { tilePixels } from "../wgsl/tile.ts";
import { chooseTile } from "./convolution.ts";
import { sumParts } from "./reductions.ts";

/** The extents of a convolution's three sides, by the kernels' names. */
function geometryOf({ x, weight, y }: { readonly x: Shape; readonly weight: Shape; readonly y: Shape }, attributes: {
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}) {
  const [, h, w, inputChannels] = nhwc(x, "x"), [, kh, kw, groupInputs] = ohwi(weight, "weight");
  const [, oh, ow, outputChannels] = nhwc(y, "y"), { stride, padding, groups } = attributes;
  const groupOutputs = outputChannels / groups;
  return { h, w, inputChannels, groupInputs, oh, ow, outputChannels, groupOutputs, kh, kw, stride, padding };
}

const noStatistics = { partials: undefined } as const;

/** A product of pixels of x. */
export function conv2dInput(
  lowering: Lowering,
  { id, inputs, attributes, shape }: LoweredNode<"conv2d_input">,
): void {
  const [yId, weightId] = inputs as [number, number], source = lowering.buffer(yId), weight = lowering.buffer(weightId);
  const geometry = geometryOf({ x: shape, weight: lowering.shape(weightId), y: lowering.shape(yId) }, attributes);
  const { name, tile } = chooseTile(geometry.groupInputs), y = lowering.place(id);
  const channels = geometry.inputChannels, pixels = y.elements / channels, groupChannels = geometry.groupInputs;
  const tilesAcross = Math.ceil(groupChannels / tile.channels);
  const tiles = tilesAcross * Math.ceil(pixels / tilePixels(tile));
  const output = { y, ...noStatistics, pixels, channels, groupChannels, tilesAcross, tiles };
  lowering.add(`inputGradient${name}`, { ...output, ...geometry, source, weight }, {
    over: { workgroups: tiles },
    groups: attributes.groups,
    macs: lowering.macs,
  });
}

/** Products that a workgroup sums at least, and workgroups that are enough for any device. */
const SLICE_PRODUCTS = 512;
const ENOUGH_WORKGROUPS = 512;

/** A product of output channels, over pixels that many workgroups share; their parts are then summed in order. */
export function conv2dWeight(
  lowering: Lowering,
  { id, inputs, attributes, shape }: LoweredNode<"conv2d_weight">,
): void {
  const [xId, yId] = inputs as [number, number], x = lowering.buffer(xId), source = lowering.buffer(yId);
  const geometry = geometryOf({ x: lowering.shape(xId), weight: shape, y: lowering.shape(yId) }, attributes);
  const { groups } = attributes, products = source.elements / geometry.outputChannels;
  const groupChannels = elementCount(shape.slice(1)), { name, tile } = chooseTile(groupChannels);
  const pixels = geometry.groupOutputs, tilesAcross = Math.ceil(groupChannels / tile.channels);
  const tiles = tilesAcross * Math.ceil(pixels / tilePixels(tile)), y = lowering.place(id);
  const wanted = Math.min(Math.ceil(products / SLICE_PRODUCTS), Math.ceil(ENOUGH_WORKGROUPS / (tiles * groups)));
  const sliceProducts = Math.ceil(products / wanted / 16) * 16, slices = Math.ceil(products / sliceProducts);
  const parts = slices === 1 ? y : lowering.scratchTensor(slices * y.elements);
  const output = { y: parts, ...noStatistics, pixels, channels: groupChannels, groupChannels, tilesAcross, tiles };
  const sliced = { sliceElements: y.elements, groupElements: y.elements / groups, sliceProducts, products, groups };
  lowering.add(`weightGradient${name}`, { ...output, ...geometry, ...sliced, x, source }, {
    over: { workgroups: tiles },
    groups: groups * slices,
    macs: lowering.macs,
  });
  if (slices > 1) sumParts(lowering, parts, y);
}
