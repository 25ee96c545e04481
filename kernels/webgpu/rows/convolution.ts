/** Rows of convolutions and linear layers. */
import type { NodeId } from "../../../core/graph/graph.ts";
import { convolutionGeometry, type Geometry, isDepthwise } from "../../lowering/geometry.ts";
import type { Buffer } from "../arena.ts";
import type { KernelName } from "../kernels.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { BufferView } from "../../lowering/places.ts";
import type { FieldValues } from "../lowered.ts";
import type { WebGpuLowering } from "../lowering.ts";
import { DEPTHWISE } from "../wgsl/depthwise.ts";
import type { epilogueFields } from "../wgsl/epilogue.ts";
import type { Width } from "../wgsl/kernel.ts";
import { NARROW, type ProductTile, WIDE } from "../wgsl/product.ts";
import { type Tile, tilePixels } from "../wgsl/tile.ts";
import type { spacingFields, windowFields } from "../wgsl/window.ts";
import { lowerVectors, tileStatistics } from "./normalization.ts";

type TileName = "Wide" | "Narrow";

/** A kernel and the tile that it computes. */
interface Choice {
  readonly kernel: Extract<
    KernelName,
    `convolution${"" | "Pointwise"}${TileName}4` | `convolution${TileName}1` | "depthwise1" | "depthwise4"
  >;
  readonly tile: Tile;
}

/** Extents of a convolution with so many zeros before its first row and column, and what it takes after the last. */
export interface WindowGeometry extends Omit<Geometry, "padding" | "paddingAfter"> {
  readonly top: number;
  readonly left: number;
}

/** How much of the multiply-adders a tile keeps busy, by its sums an invocation. */
const NARROW_EFFICIENCY = 0.7;

/** The tile that wastes least on channels that are not there, by how many each has. */
export function chooseTile(channels: number, { wide, narrow }: Readonly<Record<"wide" | "narrow", number>>): TileName {
  const cost = (tile: number, efficiency: number): number => Math.ceil(channels / tile) * tile / efficiency;
  return cost(wide, 1) <= cost(narrow, NARROW_EFFICIENCY) ? "Wide" : "Narrow";
}

/** Quads where all of some counts of channels allow them. */
export function widthOf(...channels: readonly number[]): Width {
  return channels.every((count) => count % 4 === 0) ? 4 : 1;
}

const tiles: { readonly [K in TileName]: ProductTile } = { Wide: WIDE, Narrow: NARROW };

function chooseKernel({ h, w, c, oh, ow, o, kh, kw, stride, top, left, groups }: WindowGeometry): Choice {
  if (isDepthwise({ groups, c, o })) return { kernel: `depthwise${widthOf(c)}`, tile: DEPTHWISE };
  const name = chooseTile(o / groups, { wide: WIDE.channels, narrow: NARROW.channels }), tile = tiles[name];
  if (widthOf(c / groups, o / groups) === 1) return { kernel: `convolution${name}1`, tile };
  const inside = top === 0 && left === 0 && (oh - 1) * stride < h && (ow - 1) * stride < w;
  return { kernel: kh === 1 && kw === 1 && inside ? `convolutionPointwise${name}4` : `convolution${name}4`, tile };
}

/** Windows over a view. */
export function windowOf(
  { h, w, c, oh, ow, kh, kw, stride, top, left, groups }: WindowGeometry,
  view: BufferView<Buffer>,
): FieldValues<typeof windowFields> {
  return { ...view, h, w, inputChannels: c, groupInputs: c / groups, oh, ow, kh, kw, stride, top, left };
}

/** A convolution's tensors, and what it does beside its sums. */
export interface ConvolutionParts {
  readonly view: BufferView<Buffer>;
  readonly weight: Buffer;
  readonly y: Buffer;
  readonly epilogue?: FieldValues<typeof epilogueFields>;
  readonly spacing?: FieldValues<typeof spacingFields>;
  /** The node that is written, for the statistics that are asked of it. */
  readonly output?: NodeId;
}

const noEpilogue: FieldValues<typeof epilogueFields> = {
  bias: undefined,
  outScale: undefined,
  outShift: undefined,
  outActivation: 0,
  addend: undefined,
  addendScale: undefined,
  addendShift: undefined,
  addendActivation: 0,
};

/** Every pixel is written behind the one before. */
const noSpacing = { spacing: 1, outputRows: 0, outputColumns: 0, firstRow: 0, firstColumn: 0 } as const;

/** Adds the dispatch of a convolution, and that of its statistics. */
export function lowerConvolution(lowering: WebGpuLowering, window: WindowGeometry, parts: ConvolutionParts): void {
  const { view, weight, y, epilogue = noEpilogue, spacing = noSpacing, output } = parts;
  const { n, oh, ow, o, kh, kw, c, groups } = window;
  const { kernel, tile } = chooseKernel(window), depthwise = tile === DEPTHWISE;
  const { partials, merge } = tileStatistics(lowering, output, tile);
  const groupChannels = depthwise ? o : o / groups, pixels = n * oh * ow;
  const tilesAcross = Math.ceil(groupChannels / tile.channels);
  const tiles = tilesAcross * Math.ceil(pixels / tilePixels(tile));
  const extents = { pixels, channels: o, groupChannels, tilesAcross, tiles };
  lowering.add(kernel, { y, ...extents, partials, ...epilogue, ...spacing, ...windowOf(window, view), weight }, {
    over: { workgroups: tiles },
    groups: depthwise ? 1 : groups,
    macs: pixels * o * kh * kw * c / groups,
  });
  merge();
}

/** What is computed between a layer's sums and memory: everything of the epilogue of a node, and a bias. */
function lowerEpilogue(
  lowering: WebGpuLowering,
  { id, bias }: { readonly id: NodeId; readonly bias: NodeId | undefined },
): FieldValues<typeof epilogueFields> {
  const { norm, addend, activation = "none" } = lowering.epilogue(id);
  if (norm !== undefined) lowerVectors(lowering, norm);
  const { places } = lowering, vectors = norm === undefined ? undefined : places.vectors(norm);
  const added = addend === undefined ? undefined : places.view(addend);
  return {
    bias: bias === undefined ? undefined : places.of(bias),
    outScale: vectors?.scale,
    outShift: vectors?.shift,
    outActivation: places.activationIndex(activation),
    addend: added?.x,
    addendScale: added?.scale,
    addendShift: added?.shift,
    addendActivation: added?.activation ?? 0,
  };
}

/** Adds the dispatches of a layer with its epilogue, which writes over what is added where that dies and is no operand. */
function lowerLayer(
  lowering: WebGpuLowering,
  { id, inputs }: LoweredNode<"conv2d" | "linear">,
  window: WindowGeometry,
): void {
  const [x, weightId, bias] = inputs as [NodeId, NodeId, NodeId?], { addend } = lowering.epilogue(id);
  const { places } = lowering,
    view = places.view(x),
    weight = places.of(weightId),
    epilogue = lowerEpilogue(lowering, { id, bias });
  const free = epilogue.addend !== undefined && epilogue.addend !== view.x && epilogue.addend !== weight;
  const y = free ? places.placeOver(id, [addend!]) : places.place(id);
  lowerConvolution(lowering, window, { view, weight, y, epilogue, output: id });
}

/** Any kernel, stride, padding and groups; reads views, takes the statistics of its output. */
export function conv2d(lowering: WebGpuLowering, node: LoweredNode<"conv2d">): void {
  const { inputs: [x, weight], attributes, shape } = node;
  const { places } = lowering,
    geometry = convolutionGeometry(
      { x: places.shape(x!), weight: places.shape(weight!), y: shape },
      attributes,
    );
  lowerLayer(lowering, node, { ...geometry, top: geometry.padding, left: geometry.padding });
}

/** A convolution of one pixel an image. */
export function linear(lowering: WebGpuLowering, node: LoweredNode<"linear">): void {
  const { inputs: [x], shape: [n, o] } = node, c = lowering.places.shape(x!)[1]!;
  const one = { h: 1, w: 1, oh: 1, ow: 1, kh: 1, kw: 1, stride: 1, top: 0, left: 0, groups: 1 };
  lowerLayer(lowering, node, { n: n!, c, o: o!, ...one });
}
