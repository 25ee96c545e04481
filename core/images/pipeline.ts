/** What is done to an image before a network sees it: steps as plain data, so that they can be posted to workers. */
import { resizeBicubic } from "./bicubic.ts";
import { resizeBilinear } from "./bilinear.ts";
import { centreBox } from "./crop.ts";
import type { RgbImage } from "./image.ts";
import { type ImageTensor, type Normalization, normalize } from "./normalize.ts";

/** A step on pixels. */
export interface PixelStep {
  /** Bicubic, to `shorter` pixels on the shorter side, of which the `crop` × `crop` in the middle are kept. */
  readonly step: "resize-and-crop";
  /** The shorter side after resizing, pixels. */
  readonly shorter: number;
  /** Rows and columns that are kept; at most {@link shorter}. */
  readonly crop: number;
}

/** A step on normalised values. */
export interface TensorStep {
  /** Bilinear, to `size` × `size`. */
  readonly step: "resize-bilinear";
  /** Rows and columns after it. */
  readonly size: number;
}

/** Steps on pixels, then the normalisation, then steps on its values. */
export interface ImagePipeline {
  /** In their order. */
  readonly pixels: readonly PixelStep[];
  /** Makes numbers of pixels. */
  readonly normalization: Normalization;
  /** In their order. */
  readonly tensors: readonly TensorStep[];
}

/** The part of a resized image's shorter side that an evaluation crops. */
const CROPPED_SHARE = 0.875;

/** What an evaluation depends on. */
export interface EvaluationOptions {
  /** Rows and columns of the centre crop. Without it images are taken whole, as those of CIFAR are. */
  readonly crop?: number | undefined;
  /** Rows and columns that the network takes; a crop of another size is resized to it bilinearly. */
  readonly resolution: number;
  /** Makes numbers of pixels. */
  readonly normalization: Normalization;
}

/**
 * How the published networks are evaluated: the shorter side is resized to ⌈crop / 0.875⌉ bicubically, the centre is
 * cropped, normalised, and resized to the network's resolution bilinearly.
 */
export function evaluationPipeline({ crop, resolution, normalization }: EvaluationOptions): ImagePipeline {
  const shorter = Math.ceil((crop ?? 0) / CROPPED_SHARE);
  return {
    pixels: crop === undefined ? [] : [{ step: "resize-and-crop", shorter, crop }],
    normalization,
    tensors: [{ step: "resize-bilinear", size: resolution }],
  };
}

/** The size of an image whose shorter side is to be `shorter`, as torchvision's Resize rounds it: towards zero. */
function sizeByShorter({ width, height }: RgbImage, shorter: number): { width: number; height: number } {
  const longer = Math.trunc(shorter * Math.max(width, height) / Math.min(width, height));
  return width <= height ? { width: shorter, height: longer } : { width: longer, height: shorter };
}

/** Resizes an image as {@link resizeBicubic} does, to the same bits. */
export type Resize = typeof resizeBicubic;

/** Applies a pipeline to an image; `resize` may be a faster one. */
export function applyPipeline(
  image: RgbImage,
  { pixels, normalization, tensors }: ImagePipeline,
  resize: Resize = resizeBicubic,
): ImageTensor {
  const ready = pixels.reduce((source, { shorter, crop }) => {
    const size = sizeByShorter(source, shorter);
    return resize(source, { ...size, part: centreBox(size, crop) }); // only the crop is computed
  }, image);
  return tensors.reduce((tensor, { size }) => resizeBilinear(tensor, size), normalize(ready, normalization));
}
