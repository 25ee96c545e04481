/** Rows of batch normalisation: statistics, the vectors of its multiply-add, and views that must be written. */
import type { NodeId } from "../../../core/graph/graph.ts";
import type { OpAttributes } from "../../../core/graph/ops.ts";
import { elementCount } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { Vectors } from "../../lowering/places.ts";
import type { Buffer } from "../lowered.ts";
import type { CpuLowering } from "../lowering.ts";
import type { ViewActivation } from "../views.ts";

/** Bytes of a block's sums of eight channels (see assembly/statistics.ts). */
export const STATISTICS_BLOCK_BYTES = 160;

/** Bytes that a kernel needs for the statistics of so many channels. */
const statisticsBytes = (channels: number): number => STATISTICS_BLOCK_BYTES + 16 * (channels + 8);

/** Mean and variance in one pass, unless the convolution before has taken them. */
export function channelStatistics(
  lowering: CpuLowering,
  { id, inputs, shape }: LoweredNode<"channel_mean" | "channel_variance">,
): void {
  const { places } = lowering;
  if (places.has(id)) return;
  const x = places.of(inputs[0]!), [channels] = shape as [number];
  const rows = elementCount(places.shape(inputs[0]!)) / channels;
  const statistics = places.placeStatistics(inputs[0]!), scratch = lowering.scratch(statisticsBytes(channels));
  lowering.add("channelStatistics", { x, rows, channels, ...statistics, scratch });
}

/** Computes the vectors of a normalisation's multiply-add, and returns them. */
export function lowerVectors(lowering: CpuLowering, id: NodeId): Vectors<Buffer> {
  const { places } = lowering, { inputs, attributes, shape } = places.graph.nodes[id]!, to = places.vectors(id);
  const [mean, variance, weight, bias] = inputs.slice(1).map((from) => places.of(from)) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const { epsilon } = attributes as OpAttributes["normalize"];
  lowering.add("normalizationVectors", { mean, variance, weight, bias, epsilon, ...to, channels: shape.at(-1)! });
  return to;
}

/** The vectors of the multiply-add, and the normalised tensor where somebody needs it in memory. */
export function normalize(lowering: CpuLowering, { id, inputs }: LoweredNode<"normalize">): void {
  lowerVectors(lowering, id);
  if (lowering.places.fusion.views.has(id)) return;
  lowerView(lowering, id, { source: inputs[0]!, norm: id, activation: "none" });
}

/** Writes a view: one pass over its source, in place where that dies. */
export function lowerView(lowering: CpuLowering, id: NodeId, { source, norm, activation }: {
  readonly source: NodeId;
  readonly norm?: NodeId;
  readonly activation: ViewActivation;
}): void {
  const { places } = lowering, from = places.sourceOf(source), before = places.fusion.views.get(source);
  const view = places.viewOf(places.of(from), { norm: norm ?? before?.norm, activation });
  const to = places.placeOver(id, [from]), count = places.shape(id).at(-1)!;
  const pixels = elementCount(places.shape(id)) / count, { x, scale: scales, shift: shifts } = view;
  lowering.add("applyView", { activation: view.activation, to, from: x, pixels, count, scales, shifts });
}
