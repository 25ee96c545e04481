/** Quantises numbers to 8-bit integers: `real = scale · (stored − zeroPoint)`. */
import type { Shape } from "../../../core/graph/shape.ts";
import type { Quantization } from "../model.ts";

/** The lowest and the highest of some values; the range always contains zero. */
export interface Range {
  readonly lowest: number;
  readonly highest: number;
}

/** Stored integers, and how they represent real numbers. */
export interface Quantized {
  readonly data: Int8Array;
  readonly quantization: Quantization;
}

/** The scale of a tensor that is all zeros, where any scale is right. */
const SCALE_OF_ZERO = 1;
/** The scale of an activation that was zero for every image: small, as it is a factor of the next layer's bias's scale. */
const SCALE_OF_ZERO_ACTIVATION = 2 ** -10;
/** Stored weights are from −127 to 127, so that the range is symmetric about zero. */
const LARGEST_WEIGHT = 127;

const clamp = (value: number): number => Math.max(-128, Math.min(127, value));

/** The range of values, widened to contain zero. */
export function rangeOf(values: Float32Array): Range {
  let lowest = 0, highest = 0;
  for (const value of values) {
    if (value < lowest) lowest = value;
    else if (value > highest) highest = value;
  }
  return { lowest, highest };
}

/** The smallest range that contains both ranges. */
export function union(a: Range, b: Range): Range {
  return { lowest: Math.min(a.lowest, b.lowest), highest: Math.max(a.highest, b.highest) };
}

/** The quantisation of an activation: −128 … 127 covers the whole range, and zero is represented exactly. */
export function activationQuantization({ lowest, highest }: Range): Quantization {
  const scale = (highest - lowest) / 255 || SCALE_OF_ZERO_ACTIVATION;
  return { scales: [scale], zeroPoints: [clamp(Math.round(-128 - lowest / scale))], axis: 0 };
}

/** The quantisation of sigmoid and softmax, 0 … 255/256, which the runtime's kernels require. */
export const unitQuantization: Quantization = { scales: [1 / 256], zeroPoints: [-128], axis: 0 };

/** Quantises the values of an activation. */
export function quantizeActivation(values: Float32Array, { scales, zeroPoints }: Quantization): Int8Array {
  return Int8Array.from(values, (value) => clamp(Math.round(value / scales[0]!) + zeroPoints[0]!));
}

/** How a weight is quantised. */
export interface WeightOptions {
  readonly shape: Shape;
  /** The axis whose indices have a scale each; default: one scale for the whole weight. */
  readonly axis?: number;
  /** The smallest allowed scale of a channel. */
  readonly leastScale?: (channel: number) => number;
}

/** Quantises a weight to −127 … 127. */
export function quantizeWeight(values: Float32Array, { shape, axis, leastScale = () => 0 }: WeightOptions): Quantized {
  const channels = axis === undefined ? 1 : shape[axis]!;
  const inner = axis === undefined
    ? values.length
    : shape.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const channelOf = (index: number): number => Math.floor(index / inner) % channels;
  const largest = new Float64Array(channels);
  values.forEach((value, index) => {
    const channel = channelOf(index);
    largest[channel] = Math.max(largest[channel]!, Math.abs(value));
  });
  const scales = Array.from(
    largest,
    (value, channel) => Math.fround(Math.max(value / LARGEST_WEIGHT, leastScale(channel))) || SCALE_OF_ZERO,
  );
  const data = Int8Array.from(values, (value, index) => {
    const stored = Math.round(value / scales[channelOf(index)]!);
    return Math.max(-LARGEST_WEIGHT, Math.min(LARGEST_WEIGHT, stored));
  });
  return { data, quantization: { scales, zeroPoints: scales.map(() => 0), axis: axis ?? 0 } };
}
