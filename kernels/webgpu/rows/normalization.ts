/** Rows of batch normalisation: statistics, the vectors of its multiply-add, and views that must be written. */
import type { NodeId } from "../../../core/graph/graph.ts";
import type { OpAttributes, OpName } from "../../../core/graph/ops.ts";
import { elementCount } from "../../../core/graph/shape.ts";
import { type Buffer, SPACE } from "../arena.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { FieldValues } from "../lowered.ts";
import type { WebGpuLowering } from "../lowering.ts";
import type { Activation } from "../wgsl/expressions.ts";
import { MERGE_CHANNELS, type normalizationFields, STATISTICS } from "../wgsl/statistics.ts";
import { type Tile, tilePixels } from "../wgsl/tile.ts";

/** Statistics of a tensor that a dispatch takes tile by tile. */
export interface TileStatistics {
  /** Means and sums of squares of each tile, where the graph asks for any. */
  readonly partials: Buffer | undefined;
  /** Adds the dispatch that merges them. */
  merge(): void;
}

const noStatistics: TileStatistics = { partials: undefined, merge: () => {} };

/** Prepares the statistics of a tensor, if it is one that has any, for the dispatch that computes its tiles. */
export function tileStatistics(lowering: WebGpuLowering, tensor: NodeId | undefined, tile: Tile): TileStatistics {
  if (tensor === undefined) return noStatistics;
  const { places } = lowering, { mean, variance } = places.placeStatistics(tensor);
  if (!mean && !variance) return noStatistics;
  const channels = places.shape(tensor).at(-1)!, pixels = elementCount(places.shape(tensor)) / channels;
  const each = tilePixels(tile), tiles = Math.ceil(pixels / each);
  const partials = lowering.scratch(tiles * 2 * channels);
  const merge = (): void => {
    const norm = normalizationOf(lowering, tensor),
      vectors = norm === undefined ? noVectors : vectorsOf(lowering, norm);
    const values = { partials, mean, variance, tiles, tilePixels: each, pixels, channels, ...vectors };
    lowering.add("mergeStatistics", values, { over: { workgroups: Math.ceil(channels / MERGE_CHANNELS) } });
  };
  return { partials, merge };
}

/** The first normalisation of a tensor by its own statistics whose weight and bias wait for nothing. */
function normalizationOf(
  { places: { graph: { nodes }, fusion: { users } } }: WebGpuLowering,
  tensor: NodeId,
): NodeId | undefined {
  const isOwn = (id: NodeId, op: OpName): boolean => nodes[id]!.op === op && nodes[id]!.inputs[0] === tensor;
  return users[tensor]!.find((id) => {
    const { op, inputs: [, mean, variance, weight, bias] } = nodes[id]!;
    return op === "normalize" && isOwn(mean!, "channel_mean") && isOwn(variance!, "channel_variance") &&
      [weight!, bias!].every((vector) => nodes[vector]!.inputs.length === 0);
  });
}

/** Mean and variance in one pass, unless the convolution before has taken them. */
export function channelStatistics(
  lowering: WebGpuLowering,
  { id, inputs }: LoweredNode<"channel_mean" | "channel_variance">,
): void {
  if (lowering.places.has(id)) return;
  const x = lowering.places.of(inputs[0]!),
    channels = lowering.places.shape(inputs[0]!).at(-1)!,
    pixels = x.elements / channels;
  const { partials, merge } = tileStatistics(lowering, inputs[0]!, STATISTICS);
  const tilesAcross = Math.ceil(channels / STATISTICS.channels);
  const tiles = tilesAcross * Math.ceil(pixels / tilePixels(STATISTICS));
  const width = channels % 4 === 0 ? 4 : 1;
  const sizes = { pixels, channels, groupChannels: channels, tilesAcross, tiles };
  lowering.add(`tileStatistics${width}`, { y: undefined, partials, ...sizes, x }, {
    over: { workgroups: tiles },
  });
  merge();
}

/** A vector that a kernel takes as one number where it is a constant of one value. */
function vectorOrNumber(
  lowering: WebGpuLowering,
  id: NodeId,
): { readonly buffer: Buffer | undefined; readonly value: number } {
  const value = lowering.uniform(id);
  return value === undefined ? { buffer: lowering.places.of(id), value: 0 } : { buffer: undefined, value };
}

/** The vectors of the multiply-add, and the normalised tensor where somebody needs it in memory. */
export function normalize(lowering: WebGpuLowering, { id, inputs }: LoweredNode<"normalize">): void {
  lowerVectors(lowering, id);
  if (!lowering.places.fusion.views.has(id)) {
    writeView(lowering, id, { source: inputs[0]!, norm: id, activation: "none" });
  }
}

type VectorValues = FieldValues<typeof normalizationFields>;

const noVectors: VectorValues = {
  weight: undefined,
  bias: undefined,
  scale: undefined,
  shift: undefined,
  weightValue: 0,
  biasValue: 0,
  epsilon: 0,
};

/** What the vectors of a normalisation's multiply-add are made of, beside its statistics, and where they go. */
function vectorsOf(lowering: WebGpuLowering, id: NodeId): VectorValues {
  const { places } = lowering,
    { inputs, attributes } = places.graph.nodes[id]!,
    { epsilon } = attributes as OpAttributes["normalize"];
  const weight = vectorOrNumber(lowering, inputs[3]!), bias = vectorOrNumber(lowering, inputs[4]!);
  return {
    weight: weight.buffer,
    bias: bias.buffer,
    ...places.vectors(id),
    weightValue: weight.value,
    biasValue: bias.value,
    epsilon,
  };
}

/** Computes the vectors of a normalisation's multiply-add, unless they came with the statistics. */
export function lowerVectors(lowering: WebGpuLowering, id: NodeId): void {
  if (lowering.places.hasVectors(id)) return;
  const { inputs } = lowering.places.graph.nodes[id]!, channels = lowering.places.shape(id).at(-1)!;
  const mean = lowering.places.of(inputs[1]!), variance = lowering.places.of(inputs[2]!);
  lowering.add("normalizationVectors", { mean, variance, ...vectorsOf(lowering, id), channels }, {
    over: { invocations: channels },
  });
}

/** Writes a view: one pass over its source, in place where that dies. */
export function writeView(lowering: WebGpuLowering, id: NodeId, { source, norm, activation }: {
  readonly source: NodeId;
  readonly norm?: NodeId;
  readonly activation: Activation;
}): void {
  const { places } = lowering, before = places.fusion.views.get(source), from = places.sourceOf(source);
  const view = places.viewOf(places.of(from), { norm: norm ?? before?.norm, activation });
  const z = places.placeOver(id, [from]), channels = places.shape(id).at(-1)!;
  const width = channels % 4 === 0 && z.space === SPACE.tensors ? 4 : 1;
  const spaces = { xSpace: view.x.space, zSpace: z.space };
  lowering.add(`view${width}`, { ...view, z, ...spaces, count: z.elements, channels }, {
    over: { invocations: z.elements / width },
  });
}
