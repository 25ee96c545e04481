/** Augmentation of one image. */
import { resizeBicubic } from "../bicubic.ts";
import { cropImage, flipImage } from "../crop.ts";
import { type Box, CHANNELS, type RgbImage } from "../image.ts";
import { type ImageTensor, normalize } from "../normalize.ts";
import type { Resize } from "../pipeline.ts";
import { applyOperation } from "./operations.ts";
import { type AugmentationDraw, type AugmentationPlan, drawAugmentation, type PlannedCrop } from "./plan.ts";

/** Does to an image what its plan says; `resize` may be a faster one. The image's own pixels are kept. */
export function applyAugmentation(
  image: RgbImage,
  plan: AugmentationPlan,
  resize: Resize = resizeBicubic,
): ImageTensor {
  const cropped = plan.crop ? applyCrop(image, plan.crop, resize) : image;
  const flipped = plan.flip ? flipImage(cropped) : cropped;
  const changed = plan.operations.reduce(applyOperation, flipped);
  const tensor = normalize(changed, { ...plan.normalization, shift: plan.lighting });
  if (plan.erased) erase(tensor, plan.erased);
  return tensor;
}

function applyCrop(image: RgbImage, { box, size }: PlannedCrop, resize: Resize): RgbImage {
  return size === undefined ? cropPadded(image, box) : resize(cropImage(image, box), { width: size, height: size });
}

/** A part of an image, black where it is outside. */
function cropPadded(image: RgbImage, { left, top, width, height }: Box): RgbImage {
  const pixels = new Uint8Array(width * height * CHANNELS);
  const first = Math.max(0, left), end = Math.min(image.width, left + width);
  for (let row = Math.max(0, -top); row < Math.min(height, image.height - top); row++) {
    const from = (top + row) * image.width;
    const line = image.pixels.subarray((from + first) * CHANNELS, (from + end) * CHANNELS);
    pixels.set(line, (row * width + first - left) * CHANNELS);
  }
  return { width, height, pixels };
}

function erase({ width, values }: ImageTensor, box: Box): void {
  for (let row = box.top; row < box.top + box.height; row++) {
    const start = row * width + box.left;
    values.fill(0, start * CHANNELS, (start + box.width) * CHANNELS);
  }
}

/**
 * Image `index` of epoch `epoch` as a network is trained with it: a function of the image, the recipe, the seed and these
 * two numbers alone, whatever else is drawn, in whatever order. Throws RangeError as {@link drawAugmentation} does.
 */
export function augment(
  image: RgbImage,
  { resize, ...draw }: AugmentationDraw & {
    /** A faster resizing to the same bits. */
    readonly resize?: Resize | undefined;
  },
): ImageTensor {
  return applyAugmentation(image, drawAugmentation(image, draw), resize);
}
