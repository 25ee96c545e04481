/** How much two implementations of a network differ in their answers. */

/** Differences between a reference's answers and another's, over several images. */
export interface Comparison {
  /** How many images were compared. */
  readonly images: number;
  /** The largest absolute difference of any value. */
  readonly maxDifference: number;
  /** {@link maxDifference} over the reference's largest magnitude. */
  readonly relativeDifference: number;
  /** Signal to quantisation noise, 10·log₁₀(Σ reference² / Σ difference²), dB; infinite, in JSON null, where nothing differs. */
  readonly sqnrDb: number;
  /** The part of the images whose largest value is in the same place, 0 … 1. */
  readonly top1Agreement: number;
}

function argmax(values: Float32Array): number {
  let best = 0;
  values.forEach((value, index) => {
    if (value > values[best]!) best = index;
  });
  return best;
}

/**
 * Compares answers image by image. Throws RangeError where their number or lengths differ.
 *
 * @example
 * ```ts
 * import { compareOutputs } from "@zennas/zennas/mobile";
 * const { maxDifference, top1Agreement } = compareOutputs([Float32Array.of(1, 2)], [Float32Array.of(1, 2.5)]);
 * if (maxDifference !== 0.5 || top1Agreement !== 1) throw new Error();
 * ```
 */
export function compareOutputs(reference: readonly Float32Array[], others: readonly Float32Array[]): Comparison {
  let maxDifference = 0, magnitude = 0, signal = 0, noise = 0, agreed = 0;
  if (reference.length !== others.length) {
    throw new RangeError(
      `Cannot compare answers as their numbers differ: got ${reference.length} and ${others.length}`,
    );
  }
  reference.forEach((values, image) => {
    const other = others[image]!;
    if (other.length !== values.length) {
      throw new RangeError(`Cannot compare answers as their lengths differ: got ${values.length} and ${other.length}`);
    }
    values.forEach((value, index) => {
      // A NaN on either side counts as an infinite difference.
      const difference = Math.abs(value - other[index]!);
      maxDifference = Math.max(maxDifference, Number.isNaN(difference) ? Infinity : difference);
      magnitude = Math.max(magnitude, Math.abs(value));
      signal += value ** 2;
      noise += difference ** 2;
    });
    if (argmax(values) === argmax(other)) agreed++;
  });
  return {
    images: reference.length,
    maxDifference,
    relativeDifference: maxDifference / magnitude,
    sqnrDb: noise === 0 ? Infinity : 10 * Math.log10(signal / noise),
    top1Agreement: agreed / reference.length,
  };
}
