/** The operations of augmentation policies, each with the grey levels of Pillow's. */
import { CHANNELS, type RgbImage } from "../image.ts";
import { autoContrast, equalize, mapLevels } from "./levels.ts";
import { enhanceBrightness, enhanceColor, enhanceContrast, enhanceSharpness } from "./enhance.ts";
import { type Colour, type Interpolation, rotateImage, shearImage, transformAffine } from "./geometry.ts";

/** Names of operations, as "AutoAugment" (arXiv 1805.09501) lists them; `identity` is RandAugment's. */
export const operationNames = [
  ...["identity", "shearX", "shearY", "translateX", "translateY", "rotate", "autoContrast", "invert"] as const,
  ...["equalize", "solarize", "posterize", "contrast", "color", "brightness", "sharpness"] as const,
] as const;

/** A name in {@link operationNames}. */
export type OperationName = typeof operationNames[number];

/** An operation, and how much of it. */
export interface OperationCall {
  /** Which. */
  readonly operation: OperationName;
  /**
   * Shears: columns a row, or rows a column. Translations: how many pixels to the left, or up. `rotate`: degrees
   * counter-clockwise. `solarize`: the first level that is inverted. `posterize`: bits that are kept, 1 … 8. `contrast`,
   * `color`, `brightness`, `sharpness`: the factor, 1 for no change. The others take none.
   */
  readonly value: number;
  /** The colour of pixels from outside the image; default: black, as Pillow's. */
  readonly fill?: Colour | undefined;
  /** How shears take pixels; translations and rotations take the nearest. Default: the nearest, as Pillow's. */
  readonly shearing?: Interpolation | undefined;
}

type Operation = (image: RgbImage, call: OperationCall) => RgbImage;

const operations: Readonly<Record<OperationName, Operation>> = {
  identity: (image) => image,
  shearX: (image, { value, fill, shearing }) =>
    shearImage(image, { along: "x", factor: value, fill, interpolation: shearing }),
  shearY: (image, { value, fill, shearing }) =>
    shearImage(image, { along: "y", factor: value, fill, interpolation: shearing }),
  translateX: (image, { value, fill }) => transformAffine(image, { matrix: [1, 0, value, 0, 1, 0], fill }),
  translateY: (image, { value, fill }) => transformAffine(image, { matrix: [1, 0, 0, 0, 1, value], fill }),
  rotate: (image, { value, fill }) => rotateImage(image, { degrees: value, fill }),
  autoContrast,
  invert: (image) => mapLevels(image, (level) => 255 - level),
  equalize,
  solarize: (image, { value }) => mapLevels(image, (level) => level < value ? level : 255 - level),
  posterize: (image, { value }) => mapLevels(image, (level) => level & -(1 << (8 - value))),
  contrast: (image, { value }) => enhanceContrast(image, value),
  color: (image, { value }) => enhanceColor(image, value),
  brightness: (image, { value }) => enhanceBrightness(image, value),
  sharpness: (image, { value }) => enhanceSharpness(image, value),
};

/**
 * An operation on an image: its own pixels are kept. As Pillow's `Image.transform`, `Image.rotate`, `ImageOps` and
 * `ImageEnhance` do it. Throws RangeError for a value that is no finite number, and for bits outside 1 … 8.
 *
 * @example
 * ```ts
 * import { applyOperation } from "@zennas/zennas";
 * const image = { width: 1, height: 1, pixels: Uint8Array.of(0, 100, 255) };
 * const { pixels } = applyOperation(image, { operation: "invert", value: 0 });
 * if (pixels.join() !== "255,155,0") throw new Error();
 * ```
 */
export function applyOperation(image: RgbImage, call: OperationCall): RgbImage {
  const { operation, value } = call, { width, height, pixels } = image;
  if (!Number.isFinite(value)) throw new RangeError(`Cannot apply ${operation} as its value is a number: got ${value}`);
  if (operation === "posterize" && !(Number.isInteger(value) && value >= 1 && value <= 8)) {
    throw new RangeError(`Cannot posterize as bits are 1 … 8: got ${value}`);
  }
  if (pixels.length !== width * height * CHANNELS) {
    throw new RangeError(
      `Cannot apply ${operation} as an image has ${width * height} pixels: got ${pixels.length / 3}`,
    );
  }
  return operations[operation](image, call);
}
