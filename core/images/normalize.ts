/** Pixels as numbers around zero. */
import { CHANNELS, type RgbImage } from "./image.ts";

/** Mean and standard deviation of red, green and blue over a data set, for values from 0 to 1. */
export interface Normalization {
  /** Red, green, blue. */
  readonly mean: readonly [number, number, number];
  /** Red, green, blue; above 0. */
  readonly std: readonly [number, number, number];
}

/** By name, those that the published networks were trained with. */
export const normalizations = {
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  cifar: { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] },
} as const satisfies Readonly<Record<string, Normalization>>;

/** A name in {@link normalizations}. */
export type NormalizationName = keyof typeof normalizations;

/** Channels last, as networks take images. */
export interface ImageTensor {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `[height, width, 3]` f32. */
  readonly values: Float32Array;
}

/** How an image's pixels become numbers. */
export interface NormalizeOptions extends Normalization {
  /** What is added to red, green and blue, from 0 to 1, before they are normalised; default: nothing. */
  readonly shift?: readonly [number, number, number] | undefined;
}

/**
 * `(pixel / 255 + shift − mean) / std` for each channel and byte, `[3, 256]`; rounded to f32 at each step, as PyTorch does
 * it.
 */
function table({ mean, std, shift = [0, 0, 0] }: NormalizeOptions): Float32Array {
  const values = new Float32Array(CHANNELS * 256);
  for (let channel = 0; channel < CHANNELS; channel++) {
    const added = Math.fround(shift[channel]!), less = Math.fround(mean[channel]!), unit = Math.fround(std[channel]!);
    for (let level = 0; level < 256; level++) {
      const value = Math.fround(Math.fround(level / 255) + added);
      values[channel * 256 + level] = Math.fround(value - less) / unit;
    }
  }
  return values;
}

/**
 * An image as a network takes it.
 *
 * @example
 * ```ts
 * import { normalize } from "@zennas/zennas";
 * const white = { width: 1, height: 1, pixels: Uint8Array.of(255, 255, 255) };
 * const { values } = normalize(white, { mean: [0.5, 0.5, 0], std: [0.5, 0.25, 1] });
 * if (values.join() !== "1,2,1") throw new Error();
 * ```
 */
export function normalize({ width, height, pixels }: RgbImage, options: NormalizeOptions): ImageTensor {
  const values = new Float32Array(pixels.length), byByte = table(options);
  for (let at = 0; at < pixels.length; at += CHANNELS) {
    values[at] = byByte[pixels[at]!]!;
    values[at + 1] = byByte[256 + pixels[at + 1]!]!;
    values[at + 2] = byByte[512 + pixels[at + 2]!]!;
  }
  return { width, height, values };
}
