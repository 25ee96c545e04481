/** Rows of convolutions and linear layers. */
import type { NodeId } from "../../../core/graph.ts";
import { nhwc, ohwi } from "../../../core/shape.ts";
import { type Geometry, isDepthwise } from "../../geometry.ts";
import type { Buffer } from "../arena.ts";
import type { KernelName } from "../kernels.ts";
import type { BufferView, LoweredNode, Lowering } from "../lowering.ts";
import { DEPTHWISE } from "../wgsl/depthwise.ts";
import { ACTIVATIONS } from "../wgsl/expressions.ts";
import type { Width } from "../wgsl/kernel.ts";
import { NARROW, type ProductTile, WIDE } from "../wgsl/product.ts";
import { type Tile, tilePixels } from "../wgsl/tile.ts";
import { lowerVectors, tileStatistics } from "./normalization.ts";

/** A kernel and the tile that it computes. */
interface Choice {
  readonly kernel: Extract<KernelName, `convolution${string}` | `depthwise${string}`>;
  readonly tile: Tile;
}

/** How much of the multiply-adders a tile keeps busy, by its sums an invocation. */
const NARROW_EFFICIENCY = 0.7;

/** The tile that wastes least on channels that are not there. */
export function chooseTile(groupChannels: number): { readonly name: "Wide" | "Narrow"; readonly tile: ProductTile } {
  const cost = (tile: ProductTile, efficiency: number): number =>
    Math.ceil(groupChannels / tile.channels) * tile.channels / efficiency;
  return cost(WIDE, 1) <= cost(NARROW, NARROW_EFFICIENCY)
    ? { name: "Wide", tile: WIDE }
    : { name: "Narrow", tile: NARROW };
}

function chooseKernel({ c, o, kh, kw, padding, groups }: Geometry): Choice {
  const quads = (channels: number): Width => channels % 4 === 0 ? 4 : 1;
  if (isDepthwise({ groups, c, o })) return { kernel: `depthwise${quads(c)}`, tile: DEPTHWISE };
  const { name, tile } = chooseTile(o / groups);
  const width = quads(c / groups) === 4 ? quads(o / groups) : 1;
  if (width === 1) return { kernel: `convolution${name}1`, tile };
  const pointwise = kh === 1 && kw === 1 && padding === 0;
  return { kernel: pointwise ? `convolutionPointwise${name}4` : `convolution${name}4`, tile };
}

/** A convolution's operands. */
interface Operands {
  readonly id: NodeId;
  readonly view: BufferView;
  readonly weight: Buffer;
  readonly bias: Buffer | undefined;
}

/** What is computed between the sums and memory: everything of the epilogue of a node, and a bias. */
function lowerEpilogue(lowering: Lowering, { id, bias }: Operands) {
  const { norm, addend, activation = "none" } = lowering.epilogue(id);
  if (norm !== undefined) lowerVectors(lowering, norm);
  const vectors = norm === undefined ? undefined : lowering.normalizationVectors(norm);
  const added = addend === undefined ? undefined : lowering.view(addend);
  return {
    bias,
    outScale: vectors?.scale,
    outShift: vectors?.shift,
    outActivation: ACTIVATIONS.indexOf(activation),
    addend: added?.x,
    addendScale: added?.scale,
    addendShift: added?.shift,
    addendActivation: added?.activation ?? 0,
  };
}

/** Over what is added, where that dies and is not what is convolved. */
function placeOutput(lowering: Lowering, { id, view, weight }: Operands): Buffer {
  const { addend } = lowering.epilogue(id), added = addend === undefined ? undefined : lowering.view(addend).x;
  const free = added !== undefined && added !== view.x && added !== weight;
  return free ? lowering.placeOver(id, [addend!]) : lowering.place(id);
}

function lowerConvolution(lowering: Lowering, geometry: Geometry, operands: Operands): void {
  const { n, h, w, c, oh, ow, o, kh, kw, stride, padding, groups } = geometry;
  const { kernel, tile } = chooseKernel(geometry), depthwise = tile === DEPTHWISE, { id, view, weight } = operands;
  const epilogue = lowerEpilogue(lowering, operands), y = placeOutput(lowering, operands);
  const { partials, merge } = tileStatistics(lowering, id, tile);
  const groupChannels = depthwise ? o : o / groups, pixels = n * oh * ow;
  const tilesAcross = Math.ceil(groupChannels / tile.channels);
  const tiles = tilesAcross * Math.ceil(pixels / tilePixels(tile));
  const output = { y, partials, pixels, channels: o, groupChannels, tilesAcross, tiles };
  const window = { h, w, inputChannels: c, groupInputs: c / groups, oh, ow, kh, kw, stride, padding };
  lowering.add(kernel, { ...output, ...epilogue, ...view, weight, ...window }, {
    over: { workgroups: tiles },
    groups: depthwise ? 1 : groups,
    macs: lowering.macs,
  });
  merge();
}

function operandsOf(lowering: Lowering, id: NodeId, inputs: readonly NodeId[]): Operands {
  const [x, weight, bias] = inputs as [NodeId, NodeId, NodeId?];
  return {
    id,
    view: lowering.view(x),
    weight: lowering.buffer(weight),
    bias: bias === undefined ? undefined : lowering.buffer(bias),
  };
}

/** Any kernel, stride, padding and groups; reads views, takes the statistics of its output. */
export function conv2d(lowering: Lowering, { id, inputs, attributes, shape }: LoweredNode<"conv2d">): void {
  const [n, h, w, c] = nhwc(lowering.shape(inputs[0]!), "input"), [, oh, ow, o] = nhwc(shape, "output");
  const [, kh, kw] = ohwi(lowering.shape(inputs[1]!), "weight");
  lowerConvolution(lowering, { n, h, w, c, oh, ow, o, kh, kw, ...attributes }, operandsOf(lowering, id, inputs));
}

/** A convolution of one pixel an image. */
export function linear(lowering: Lowering, { id, inputs, shape }: LoweredNode<"linear">): void {
  const [n, o] = shape as [number, number], c = lowering.shape(inputs[0]!)[1]!;
  const one = { h: 1, w: 1, oh: 1, ow: 1, kh: 1, kw: 1, stride: 1, padding: 0, groups: 1 };
  lowerConvolution(lowering, { n, c, o, ...one }, operandsOf(lowering, id, inputs));
}
