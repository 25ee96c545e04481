/** Rows of batch normalisation: statistics, the vectors of its multiply-add, and views that must be written. */
import type { NodeId } from "../../../core/graph/graph.ts";
import { elementCount } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../lowering/row.ts";
import type { Buffer, Lowering } from "../lowering.ts";
import { VIEW_ACTIVATIONS, type ViewActivation } from "../views.ts";

/** Buffers for whichever statistics of a tensor the graph asks for. */
export interface StatisticsBuffers {
  readonly mean?: Buffer;
  readonly variance?: Buffer;
}

/** Places the statistics nodes of a tensor, for the task that will compute them. */
export function placeStatistics(lowering: Lowering, tensor: NodeId): StatisticsBuffers {
  const placed = (op: "channel_mean" | "channel_variance"): Buffer | undefined => {
    const nodes = lowering.fusion.users[tensor]!.filter((id) => lowering.graph.nodes[id]!.op === op);
    const [first, ...others] = nodes;
    if (first === undefined) return undefined;
    const buffer = lowering.place(first);
    for (const other of others) lowering.placeSame(other, buffer);
    return buffer;
  };
  const mean = placed("channel_mean"), variance = placed("channel_variance");
  return { ...(mean && { mean }), ...(variance && { variance }) };
}

/** Bytes of a block's sums of eight channels (see assembly/statistics.ts). */
export const STATISTICS_BLOCK_BYTES = 160;

/** Bytes that a kernel needs for the statistics of so many channels. */
const statisticsBytes = (channels: number): number => STATISTICS_BLOCK_BYTES + 16 * (channels + 8);

/** Mean and variance in one pass, unless the convolution before has taken them. */
export function channelStatistics(
  lowering: Lowering,
  { id, inputs, shape }: LoweredNode<"channel_mean" | "channel_variance">,
): void {
  if (lowering.isPlaced(id)) return;
  const x = lowering.tensor(inputs[0]!), [channels] = shape as [number];
  const rows = elementCount(lowering.shape(inputs[0]!)) / channels;
  const { mean, variance } = placeStatistics(lowering, inputs[0]!);
  const scratch = lowering.scratch(statisticsBytes(channels));
  lowering.task([x, mean, variance, scratch], ({ kernels }) => {
    kernels.channelStatistics(x.address, rows, channels, mean?.address ?? 0, variance?.address ?? 0, scratch.address);
  });
}

/** The vectors of the multiply-add, and the normalised tensor where somebody needs it in memory. */
export function normalize(lowering: Lowering, { id, inputs, attributes: { epsilon } }: LoweredNode<"normalize">): void {
  const [source, ...vectors] = inputs;
  const [mean, variance, weight, bias] = vectors.map((from) => lowering.tensor(from)) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const { scale, shift } = lowering.normalizationVectors(id), channels = lowering.shape(id).at(-1)!;
  lowering.task([mean, variance, weight, bias, scale, shift], ({ kernels }) => {
    kernels.normalizationVectors(
      mean.address,
      variance.address,
      weight.address,
      bias.address,
      epsilon,
      scale.address,
      shift.address,
      channels,
    );
  });
  if (!lowering.fusion.views.has(id)) lowerView(lowering, id, { source: source!, norm: id, activation: "none" });
}

/** Writes a view: one pass over its source, in place where that dies. */
export function lowerView(
  lowering: Lowering,
  id: NodeId,
  { source, norm, activation }: {
    readonly source: NodeId;
    readonly norm?: NodeId;
    readonly activation: ViewActivation;
  },
): void {
  const before = lowering.fusion.views.get(source);
  const { tensor, scale, shift } = norm === undefined
    ? lowering.view(source)
    : { tensor: lowering.tensor(source), ...lowering.normalizationVectors(norm) };
  const y = lowering.placeOver(id, [before?.source ?? source]);
  const channels = lowering.shape(id).at(-1)!, pixels = elementCount(lowering.shape(id)) / channels;
  const code = VIEW_ACTIVATIONS.indexOf(activation);
  lowering.task([tensor, y, scale, shift], ({ kernels }) => {
    kernels.applyView(code, y.address, tensor.address, pixels, channels, scale?.address ?? 0, shift?.address ?? 0);
  });
}
