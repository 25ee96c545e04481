/**
 * Batch normalisation in three operations: a batch's mean and variance per channel, and the normalisation by any mean
 * and variance. Training feeds the batch's own, inference the running ones. A backend may fuse the first two into the
 * convolution before them, and the third into whatever reads it.
 */
import type { GraphBuilder, NodeId } from "../graph.ts";
import { type BackwardSite, type InputGradients, noMacs, type OpDef, type Tensor64 } from "../op.ts";
import { elementCount, type Shape, ShapeError } from "../shape.ts";
import type { NoAttributes } from "./elementwise.ts";

/** Parameters of a normalisation. */
export interface NormalizeAttributes {
  /** Added to the variance. */
  readonly epsilon: number;
}

function channelVector(shape: Shape): Shape {
  if (shape.length < 2) throw new ShapeError(`Cannot take statistics per channel of a vector: got [${shape}]`);
  return [shape.at(-1)!];
}

/** The mean of f(value, channel) over everything but the channel. */
function channelAverage(x: Tensor64, f: (value: number, channel: number) => number): Float64Array {
  const channels = x.shape.at(-1)!, count = x.data.length / channels;
  const sums = new Float64Array(channels);
  x.data.forEach((value, index) => sums[index % channels]! += f(value, index % channels));
  return sums.map((sum) => sum / count);
}

/** How many values a statistic of each channel is taken over. */
const valuesPerChannel = (shape: Shape): number => elementCount(shape.slice(0, -1));

function constantVector(builder: GraphBuilder, value: number, like: NodeId): NodeId {
  return builder.add("constant", [], { shape: builder.shape(like), values: [value] });
}

const scaled = (builder: GraphBuilder, id: NodeId, scale: number): NodeId =>
  builder.add("affine", [id], { scale, shift: 0 });

function meanBackward({ builder, inputs: [x], gradient }: BackwardSite<NoAttributes>): InputGradients {
  const shape = builder.shape(x!);
  return [builder.add("broadcast", [scaled(builder, gradient, 1 / valuesPerChannel(shape))], { shape })];
}

/** (x − mean) · 2·gradient / count, which is a normalisation by a variance of 1. */
function varianceBackward({ builder, inputs: [x], gradient }: BackwardSite<NoAttributes>): InputGradients {
  const mean = builder.add("channel_mean", [x!], {}), one = constantVector(builder, 1, gradient);
  const factor = scaled(builder, gradient, 2 / valuesPerChannel(builder.shape(x!)));
  const zero = constantVector(builder, 0, gradient);
  return [builder.add("normalize", [x!, mean, one, factor, zero], { epsilon: 0 })];
}

/** The mean of each channel of `[…, c]`: `[c]`. */
export const channel_mean: OpDef<NoAttributes> = {
  shape: ([x]) => channelVector(x!),
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: meanBackward,
  reference: ([x]) => channelAverage(x!, (value) => value),
};

/** The biased variance (divided by the count) of each channel of `[…, c]`: `[c]`. */
export const channel_variance: OpDef<NoAttributes> = {
  shape: ([x]) => channelVector(x!),
  macs: noMacs,
  inPlace: false,
  degrees: [2],
  backward: varianceBackward,
  reference: ([x]) => {
    const mean = channelAverage(x!, (value) => value);
    return channelAverage(x!, (value, channel) => (value - mean[channel]!) ** 2);
  },
};

/**
 * With x̂ the input normalised by mean and variance alone and r = 1/√(variance + ε): gradient·weight·r for x,
 * −weight·r·Σgradient for the mean, −½·weight·r²·Σ(gradient·x̂) for the variance, Σ(gradient·x̂) for the weight.
 */
function normalizeBackward(
  { builder, inputs, gradient, attributes }: BackwardSite<NormalizeAttributes>,
): InputGradients {
  const [x, mean, variance, weight, bias] = inputs as [NodeId, NodeId, NodeId, NodeId, NodeId];
  const one = constantVector(builder, 1, weight), zero = constantVector(builder, 0, bias);
  const product = (left: NodeId, right: NodeId): NodeId => builder.add("mul", [left, right], {});
  const channelSum = (id: NodeId): NodeId => builder.add("reduce_sum", [id], { shape: builder.shape(bias) });
  const total = channelSum(gradient);
  const normalized = builder.add("normalize", [x, mean, variance, one, zero], attributes);
  const dot = channelSum(product(gradient, normalized));
  const deviation = builder.add(
    "sqrt",
    [builder.add("affine", [variance], { scale: 1, shift: attributes.epsilon })],
    {},
  );
  const inverse = builder.add("reciprocal", [deviation], {}), slope = product(weight, inverse);
  return [
    builder.add("normalize", [gradient, zero, variance, weight, zero], attributes),
    scaled(builder, product(total, slope), -1),
    scaled(builder, product(product(dot, slope), inverse), -0.5),
    dot,
    total,
  ];
}

/** (x − mean) / √(variance + epsilon) · weight + bias; x is `[…, c]`, the four others `[c]`, in this order. */
export const normalize: OpDef<NormalizeAttributes> = {
  shape: ([x, ...vectors]) => {
    const [channels] = channelVector(x!);
    if (vectors.length !== 4 || vectors.some((vector) => vector.length !== 1 || vector[0] !== channels)) {
      throw new ShapeError(`Cannot normalise ${channels} channels by vectors of [${vectors.join("], [")}]`);
    }
    return x!;
  },
  macs: noMacs,
  inPlace: true,
  degrees: undefined,
  backward: normalizeBackward,
  reference: ([x, mean, variance, weight, bias], { epsilon }) => {
    const channels = mean!.data.length;
    return x!.data.map((value, index) => {
      const channel = index % channels;
      return (value - mean!.data[channel]!) / Math.sqrt(variance!.data[channel]! + epsilon) * weight!.data[channel]! +
        bias!.data[channel]!;
    });
  },
};
