/**
 * Batch normalisation in three operations: a batch's mean and variance per channel, and the normalisation by any mean
 * and variance. Training feeds the batch's own, inference the running ones. A backend may fuse the first two into the
 * convolution before them, and the third into whatever reads it.
 */
import { noMacs, type OpDef, type Tensor64 } from "../op.ts";
import { type Shape, ShapeError } from "../shape.ts";
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

/** The mean of each channel of `[…, c]`: `[c]`. */
export const channel_mean: OpDef<NoAttributes> = {
  shape: ([x]) => channelVector(x!),
  macs: noMacs,
  reference: ([x]) => channelAverage(x!, (value) => value),
};

/** The biased variance (divided by the count) of each channel of `[…, c]`: `[c]`. */
export const channel_variance: OpDef<NoAttributes> = {
  shape: ([x]) => channelVector(x!),
  macs: noMacs,
  reference: ([x]) => {
    const mean = channelAverage(x!, (value) => value);
    return channelAverage(x!, (value, channel) => (value - mean[channel]!) ** 2);
  },
};

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
  reference: ([x, mean, variance, weight, bias], { epsilon }) => {
    const channels = mean!.data.length;
    return x!.data.map((value, index) => {
      const channel = index % channels;
      return (value - mean!.data[channel]!) / Math.sqrt(variance!.data[channel]! + epsilon) * weight!.data[channel]! +
        bias!.data[channel]!;
    });
  },
};
