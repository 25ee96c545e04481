/** Random rectangles. */
import type { Random } from "../../numeric/mod.ts";
import type { Box } from "../image.ts";
import type { CropRecipe, ErasingRecipe } from "./recipe.ts";

/** Tries before a rectangle is given up. */
const TRIES = 10;

/** Columns and rows of an image. */
export interface PixelSize {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** A place for a box of a size in an image. */
function placed(random: Random, { width, height }: PixelSize, image: PixelSize): Box {
  const top = random.below(image.height - height + 1), left = random.below(image.width - width + 1);
  return { left, top, width, height };
}

/** torchvision's RandomCrop: anywhere in the image with its border. The box may begin outside the image. */
export function paddedBox(
  random: Random,
  image: PixelSize,
  { size, padding }: Extract<CropRecipe, { kind: "padded" }>,
): Box {
  const wide = { width: image.width + 2 * padding, height: image.height + 2 * padding };
  if (size > wide.width || size > wide.height) {
    throw new RangeError(
      `Cannot crop as ${wide.width} × ${wide.height} pixels with the border are too few: got ${size}`,
    );
  }
  const { left, top, ...box } = placed(random, { width: size, height: size }, wide);
  return { left: left - padding, top: top - padding, ...box };
}

/**
 * torchvision's RandomResizedCrop: a part of the image of random area and aspect, ten tries; else the largest in the middle
 * within the range of aspects.
 */
export function resizedBox(
  random: Random,
  image: PixelSize,
  { area, aspect }: Extract<CropRecipe, { kind: "resized" }>,
): Box {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const pixels = image.width * image.height * random.uniform(...area);
    const ratio = Math.exp(random.uniform(Math.log(aspect[0]), Math.log(aspect[1])));
    const width = Math.round(Math.sqrt(pixels * ratio)), height = Math.round(Math.sqrt(pixels / ratio));
    if (width > 0 && width <= image.width && height > 0 && height <= image.height) {
      return placed(random, { width, height }, image);
    }
  }
  return middleBox(image, aspect);
}

function middleBox(image: PixelSize, [low, high]: readonly [number, number]): Box {
  const ratio = image.width / image.height;
  const width = ratio > high ? Math.max(1, Math.round(image.height * high)) : image.width;
  const height = ratio < low ? Math.max(1, Math.round(image.width / low)) : image.height;
  return { left: (image.width - width) >> 1, top: (image.height - height) >> 1, width, height };
}

/** A rectangle smaller than the image in both directions; undefined where ten tries find none. */
export function erasedBox(random: Random, image: PixelSize, { area, aspect }: ErasingRecipe): Box | undefined {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const pixels = image.width * image.height * random.uniform(...area), ratio = random.uniform(...aspect);
    const height = Math.round(Math.sqrt(pixels * ratio)), width = Math.round(Math.sqrt(pixels / ratio));
    if (width < image.width && height < image.height) return placed(random, { width, height }, image);
  }
  return undefined;
}
