/** Rows of batch normalisation: statistics, the vectors of its multiply-add, and views that must be written. */
import type { NodeId } from "../../../core/graph/graph.ts";
import type { OpAttributes, OpName } from "../../../core/graph/ops.ts";
import { elementCount } from "../../../core/graph/shape.ts";
import { type Buffer, SPACE } from "../arena.ts";
import type { LoweredNode } from "../../lowering/row.ts";
import type { FieldValues } from "../lowered.ts";
import type { Lowering } from "../lowering.ts";
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

/** Places the statistics nodes of a tensor, all that ask for the same in one buffer. */
function placeStatistics(
  lowering: Lowering,
  tensor: NodeId,
  op: "channel_mean" | "channel_variance",
): Buffer | undefined {
  const [first, ...others] = lowering.fusion.users[tensor]!.filter((id) => lowering.graph.nodes[id]!.op === op);
  if (first === undefined) return undefined;
  const buffer = lowering.place(first);
  for (const other of others) lowering.placeSame(other, buffer);
  return buffer;
}

const noStatistics: TileStatistics = { partials: undefined, merge: () => {} };

/** Prepares the statistics of a tensor, if it is one that has any, for the dispatch that computes its tiles. */
export function tileStatistics(lowering: Lowering, tensor: NodeId | undefined, tile: Tile): TileStatistics {
  if (tensor === undefined) return noStatistics;
  const mean = placeStatistics(lowering, tensor, "channel_mean");
  const variance = placeStatistics(lowering, tensor, "channel_variance");
  if (!mean && !variance) return noStatistics;
  const channels = lowering.shape(tensor).at(-1)!, pixels = elementCount(lowering.shape(tensor)) / channels;
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
function normalizationOf({ graph: { nodes }, fusion: { users } }: Lowering, tensor: NodeId): NodeId | undefined {
  const isOwn = (id: NodeId, op: OpName): boolean => nodes[id]!.op === op && nodes[id]!.inputs[0] === tensor;
  return users[tensor]!.find((id) => {
    const { op, inputs: [, mean, variance, weight, bias] } = nodes[id]!;
    return op === "normalize" && isOwn(mean!, "channel_mean") && isOwn(variance!, "channel_variance") &&
      [weight!, bias!].every((vector) => nodes[vector]!.inputs.length === 0);
  });
}

/** Mean and variance in one pass, unless the convolution before has taken them. */
export function channelStatistics(
  lowering: Lowering,
  { id, inputs }: LoweredNode<"channel_mean" | "channel_variance">,
): void {
  if (lowering.isPlaced(id)) return;
  const x = lowering.buffer(inputs[0]!), channels = lowering.shape(inputs[0]!).at(-1)!, pixels = x.elements / channels;
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
  lowering: Lowering,
  id: NodeId,
): { readonly buffer: Buffer | undefined; readonly value: number } {
  const value = lowering.uniform(id);
  return value === undefined ? { buffer: lowering.buffer(id), value: 0 } : { buffer: undefined, value };
}

/** The vectors of the multiply-add, and the normalised tensor where somebody needs it in memory. */
export function normalize(lowering: Lowering, { id, inputs }: LoweredNode<"normalize">): void {
  lowerVectors(lowering, id);
  if (!lowering.fusion.views.has(id)) writeView(lowering, id, { source: inputs[0]!, norm: id, activation: "none" });
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
function vectorsOf(lowering: Lowering, id: NodeId): VectorValues {
  const { inputs, attributes } = lowering.graph.nodes[id]!, { epsilon } = attributes as OpAttributes["normalize"];
  const weight = vectorOrNumber(lowering, inputs[3]!), bias = vectorOrNumber(lowering, inputs[4]!);
  return {
    weight: weight.buffer,
    bias: bias.buffer,
    ...lowering.normalizationVectors(id),
    weightValue: weight.value,
    biasValue: bias.value,
    epsilon,
  };
}

/** Computes the vectors of a normalisation's multiply-add, unless they came with the statistics. */
export function lowerVectors(lowering: Lowering, id: NodeId): void {
  if (lowering.isNormalized(id)) return;
  const { inputs } = lowering.graph.nodes[id]!, channels = lowering.shape(id).at(-1)!;
  const mean = lowering.buffer(inputs[1]!), variance = lowering.buffer(inputs[2]!);
  lowering.add("normalizationVectors", { mean, variance, ...vectorsOf(lowering, id), channels }, {
    over: { invocations: channels },
  });
}

/** Writes a view: one pass over its source, in place where that dies. */
export function writeView(lowering: Lowering, id: NodeId, { source, norm, activation }: {
  readonly source: NodeId;
  readonly norm?: NodeId;
  readonly activation: Activation;
}): void {
  const before = lowering.fusion.views.get(source), from = lowering.sourceOf(source);
  const view = lowering.viewOf(lowering.buffer(from), { norm: norm ?? before?.norm, activation });
  const z = lowering.placeOver(id, [from]), channels = lowering.shape(id).at(-1)!;
  const width = channels % 4 === 0 && z.space === SPACE.tensors ? 4 : 1;
  const spaces = { xSpace: view.x.space, zSpace: z.space };
  lowering.add(`view${width}`, { ...view, z, ...spaces, count: z.elements, channels }, {
    over: { invocations: z.elements / width },
  });
}
