/** Operations that mix an image with a plainer one, or go away from it: Pillow's ImageEnhance (src/PIL/ImageEnhance.py). */
import { CHANNELS, type RgbImage } from "../image.ts";

/**
 * Pillow's `Image.blend`: `plain + factor · (value − plain)`, in float32 and cut off to 0 … 255. `plain` gives the level
 * that factor 0 would have.
 */
function blend({ width, height, pixels }: RgbImage, factor: number, plain: Uint8Array | number): RgbImage {
  const share = Math.fround(factor), blended = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at++) {
    const level = typeof plain === "number" ? plain : plain[at]!;
    const value = Math.fround(level + Math.fround(share * (pixels[at]! - level)));
    blended[at] = value <= 0 ? 0 : value >= 255 ? 255 : value;
  }
  return { width, height, pixels: blended };
}

/** ITU-R 601-2 luma in units of 2^−16, as `Image.convert("L")` has it. */
function luma(pixels: Uint8Array, at: number): number {
  return (pixels[at]! * 19595 + pixels[at + 1]! * 38470 + pixels[at + 2]! * 7471 + 0x8000) >> 16;
}

/** `ImageEnhance.Brightness`: 0 makes the image black. */
export function enhanceBrightness(image: RgbImage, factor: number): RgbImage {
  return blend(image, factor, 0);
}

/** `ImageEnhance.Contrast`: 0 makes the whole image as grey as it is in the mean. */
export function enhanceContrast(image: RgbImage, factor: number): RgbImage {
  const { pixels } = image;
  let sum = 0;
  for (let at = 0; at < pixels.length; at += CHANNELS) sum += luma(pixels, at);
  return blend(image, factor, Math.trunc(sum / (pixels.length / CHANNELS) + 0.5));
}

/** `ImageEnhance.Color`: 0 makes each pixel grey. */
export function enhanceColor(image: RgbImage, factor: number): RgbImage {
  const { pixels } = image, grey = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += CHANNELS) {
    const level = luma(pixels, at);
    grey[at] = level;
    grey[at + 1] = level;
    grey[at + 2] = level;
  }
  return blend(image, factor, grey);
}

/** `ImageEnhance.Sharpness`: 0 smooths the image. */
export function enhanceSharpness(image: RgbImage, factor: number): RgbImage {
  return blend(image, factor, smooth(image));
}

/** `ImageFilter.SMOOTH`: 5 parts of each pixel and 1 of each of its 8 neighbours; pixels at the border stay. */
function smooth({ width, height, pixels }: RgbImage): Uint8Array {
  const smoothed = pixels.slice(), stride = width * CHANNELS;
  for (let row = 1; row < height - 1; row++) {
    for (let at = row * stride + CHANNELS; at < (row + 1) * stride - CHANNELS; at++) {
      const sum = threeFrom(pixels, at - stride) + threeFrom(pixels, at + stride) + threeFrom(pixels, at);
      smoothed[at] = Math.floor((sum + 4 * pixels[at]!) / 13 + 0.5);
    }
  }
  return smoothed;
}

/** A value and those of the same channel to its left and right. */
function threeFrom(pixels: Uint8Array, at: number): number {
  return pixels[at - CHANNELS]! + pixels[at]! + pixels[at + CHANNELS]!;
}
