/** Recipes: what is done to training images, as plain data that can be posted to threads and read from files. */
import { type Normalization, normalizations } from "../normalize.ts";
import type { Colour, Interpolation } from "./geometry.ts";
import type { AutoAugmentName } from "./policies.ts";

/** The smallest and the largest of what is drawn. */
export type Range = readonly [low: number, high: number];

/** Cuts a square: anywhere from an image with a black border, or a random part that is resized bicubically. */
export type CropRecipe =
  | {
    readonly kind: "padded";
    /** Rows and columns afterwards. */
    readonly size: number;
    /** Black pixels around the image. */
    readonly padding: number;
  }
  | {
    readonly kind: "resized";
    /** Rows and columns afterwards. */
    readonly size: number;
    /** The part of the image's area, 0 … 1. */
    readonly area: Range;
    /** Columns by rows, before resizing; drawn by its logarithm. */
    readonly aspect: Range;
  };

/** How operations take pixels from outside and between. */
export interface PolicyStyle {
  /** The colour of pixels from outside the image. */
  readonly fill: Colour;
  /** How shears take pixels; translations and rotations take the nearest. */
  readonly shearing: Interpolation;
}

/** Operations that are drawn: a sub-policy of AutoAugment, or RandAugment's. */
export type PolicyRecipe =
  & PolicyStyle
  & (
    | {
      readonly kind: "auto";
      /** Which policy. */
      readonly policy: AutoAugmentName;
    }
    | {
      readonly kind: "random";
      /** Operations one after another: the paper's N. */
      readonly count: number;
      /** How strong, 0 … 10: the paper's M. */
      readonly magnitude: number;
    }
  );

/** Factors are drawn from 1 − x … 1 + x, but not below 0; they are applied in a random order. */
export interface JitterRecipe {
  /** x of Pillow's `ImageEnhance.Brightness`. */
  readonly brightness: number;
  /** x of `ImageEnhance.Contrast`. */
  readonly contrast: number;
  /** x of `ImageEnhance.Color`. */
  readonly saturation: number;
}

/** A rectangle becomes 0, which is the mean colour, after the normalisation. */
export interface ErasingRecipe {
  /** How often. */
  readonly probability: number;
  /** The part of the image's area, 0 … 1. */
  readonly area: Range;
  /** Rows by columns; drawn uniformly. */
  readonly aspect: Range;
}

/** What is done to an image, in this order; what is missing is not done. */
export interface AugmentationRecipe {
  /** Without one, images keep their size. */
  readonly crop?: CropRecipe | undefined;
  /** The probability that left and right are exchanged. */
  readonly flip: number;
  /** AutoAugment or RandAugment. */
  readonly policy?: PolicyRecipe | undefined;
  /** Changes of colour. */
  readonly jitter?: JitterRecipe | undefined;
  /**
   * The standard deviation of noise along the principal components of ImageNet's colours (A. Krizhevsky et al., "ImageNet
   * classification with deep convolutional neural networks", 2012).
   */
  readonly lighting?: number | undefined;
  /** Makes numbers of pixels. */
  readonly normalization: Normalization;
  /** Z. Zhong et al., "Random erasing data augmentation", arXiv 1708.04896. */
  readonly erasing?: ErasingRecipe | undefined;
}

/** As the published Zen-NAS code has it; Pillow's own defaults are black and nearest. */
const style: PolicyStyle = { fill: [128, 128, 128], shearing: "bicubic" };

const erasing: ErasingRecipe = { probability: 0.5, area: [0.02, 0.33], aspect: [0.3, 3.3] };

/** What named recipes depend on. */
export interface RecipeOptions {
  /** Rows and columns that the network takes. */
  readonly size: number;
  /** AutoAugment or RandAugment; `"none"` for neither. Default: the data set's AutoAugment. */
  readonly policy?: PolicyRecipe | "none" | undefined;
  /** Whether rectangles are erased; default: yes. */
  readonly erasing?: boolean | undefined;
}

/**
 * How Zen-NAS trains on CIFAR: a crop with a border of 4, flips, AutoAugment, erasing.
 *
 * @example
 * ```ts
 * import { augment, cifarRecipe } from "@zennas/zennas";
 * const image = { width: 32, height: 32, pixels: new Uint8Array(32 * 32 * 3) };
 * const { values } = augment(image, { recipe: cifarRecipe({ size: 32 }), seed: 1, epoch: 0, index: 7 });
 * if (values.length !== 32 * 32 * 3) throw new Error();
 * ```
 */
export function cifarRecipe(options: RecipeOptions): AugmentationRecipe {
  const { size, policy = { ...style, kind: "auto", policy: "cifar10" } } = options;
  return {
    crop: { kind: "padded", size, padding: 4 },
    flip: 0.5,
    policy: policy === "none" ? undefined : policy,
    normalization: normalizations.cifar,
    erasing: options.erasing === false ? undefined : erasing,
  };
}

/** How Zen-NAS trains on ImageNet: a resized crop, flips, AutoAugment or, without it, colour jitter; lighting, erasing. */
export function imagenetRecipe(options: RecipeOptions): AugmentationRecipe {
  const { size, policy = { ...style, kind: "auto", policy: "imagenet" } } = options, strength = 0.4;
  return {
    crop: { kind: "resized", size, area: [0.08, 1], aspect: [3 / 4, 4 / 3] },
    flip: 0.5,
    ...(policy === "none"
      ? { jitter: { brightness: strength, contrast: strength, saturation: strength } }
      : { policy }),
    lighting: 0.1,
    normalization: normalizations.imagenet,
    erasing: options.erasing === false ? undefined : erasing,
  };
}
