/** The arithmetic of folding normalisations, in float64. */
import { MobileError } from "../errors.ts";

/** A normalisation's parameters, a value a channel each. */
export interface Normalization {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  /** Added to the variance. */
  readonly epsilon: number;
  /** The variance's name, for messages. */
  readonly name: string;
}

/** Throws MobileError EXPORT_NONFINITE for the first value that is no finite number. */
export function checkFinite(name: string, values: Float32Array): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  throw new MobileError(
    "EXPORT_NONFINITE",
    `Cannot export ${name} as value ${index} is not finite: got ${values[index]}`,
    {
      data: { tensor: name, index, value: values[index] },
    },
  );
}

/** A normalisation as `x · scale + shift`. Throws MobileError EXPORT_BN_VAR where variance + epsilon is not positive. */
export function normalizationVectors(
  { mean, variance, weight, bias, epsilon, name }: Normalization,
): { readonly scale: Float64Array; readonly shift: Float64Array } {
  const scale = Float64Array.from(variance, (value, channel) => {
    if (value + epsilon > 0 || Number.isNaN(value)) return weight[channel]! / Math.sqrt(value + epsilon);
    throw new MobileError("EXPORT_BN_VAR", `Cannot fold ${name} as a variance is not negative: got ${value}`, {
      data: { tensor: name, channel, value },
    });
  });
  return { scale, shift: scale.map((factor, channel) => bias[channel]! - mean[channel]! * factor) };
}

/** A weight with each index of its outermost axis multiplied by its factor. */
export function scaledRows(weight: Float32Array, factors: Float64Array): Float32Array {
  const row = weight.length / factors.length, scaled = new Float32Array(weight.length);
  factors.forEach((factor, channel) => {
    for (let index = channel * row; index < (channel + 1) * row; index++) scaled[index] = weight[index]! * factor;
  });
  return scaled;
}
