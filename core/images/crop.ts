/** Cutting and mirroring. */
import { type Box, CHANNELS, checkBox, type RgbImage } from "./image.ts";

/** A part of an image, copied. Throws RangeError for a box that is not inside it. */
export function cropImage(image: RgbImage, box: Box): RgbImage {
  checkBox(box, image);
  const { left, top, width, height } = box, stride = width * CHANNELS;
  const pixels = new Uint8Array(stride * height);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * image.width + left) * CHANNELS;
    pixels.set(image.pixels.subarray(start, start + stride), row * stride);
  }
  return { width, height, pixels };
}

/**
 * The square, or the box of another size, in the middle of an image of this size, where torchvision's CenterCrop has it:
 * an odd margin's half pixel is rounded to the even side. Throws RangeError where it is larger than the image.
 */
export function centreBox(
  image: { readonly width: number; readonly height: number },
  size: number | { readonly width: number; readonly height: number },
): Box {
  const { width, height } = typeof size === "number" ? { width: size, height: size } : size;
  const box = {
    left: roundHalfEven((image.width - width) / 2),
    top: roundHalfEven((image.height - height) / 2),
    width,
    height,
  };
  checkBox(box, image);
  return box;
}

/** Rounds a whole or half number as Python does. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  return value === below || below % 2 === 0 ? below : below + 1;
}

/** The mirror image: left and right exchanged. */
export function flipImage({ width, height, pixels }: RgbImage): RgbImage {
  const flipped = new Uint8Array(pixels.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * width + column) * CHANNELS, to = (row * width + width - 1 - column) * CHANNELS;
      flipped[to] = pixels[from]!;
      flipped[to + 1] = pixels[from + 1]!;
      flipped[to + 2] = pixels[from + 2]!;
    }
  }
  return { width, height, pixels: flipped };
}
