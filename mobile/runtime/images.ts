/** Images as networks take them: `[h, w, 3]` channels last, normalised. */
import {
  centreBox,
  type Normalization,
  normalizations,
  normalize,
  resizeBicubic,
  type RgbImage,
} from "../../core/images/mod.ts";
import { decodeFile } from "../../core/io/data/mod.ts";
import { checkFile } from "../../core/io/files/read.ts";
import { requirePictures } from "../../core/io/picture_permission.ts";
import { fillByName } from "../../core/networks/parameters.ts";
import { elementCount, nhwc, type Shape } from "../../core/graph/shape.ts";
import { MobileError } from "../errors.ts";

/** Images of uniform noise with mean 0 and variance 1, by the filling rule: the same everywhere for the same name. */
export function randomImages(shape: Shape, { name, count }: { name: string; count: number }): Float32Array[] {
  const values = elementCount(shape);
  return Array.from({ length: count }, (_, index) => fillByName(`${name} ${index}`, values));
}

/** What an image becomes. */
export interface ImageOptions {
  /** `[1, h, w, 3]`. */
  readonly shape: Shape;
  /** Makes numbers of pixels; ImageNet's unless told. */
  readonly normalization?: Normalization | undefined;
}

/**
 * An image file (PNG, JPEG, WebP, …) as a model takes it: turned as its EXIF orientation says, scaled bicubically to
 * cover the shape, and cropped to its centre. Throws MobileError MODEL_INPUT for files that are no image.
 */
export async function readImage(
  path: string,
  { shape, normalization = normalizations.imagenet }: ImageOptions,
): Promise<Float32Array> {
  const [, height, width] = nhwc(shape, "an image"), image = await decode(path);
  const scale = Math.max(width / image.width, height / image.height);
  const size = {
    width: Math.max(width, Math.round(image.width * scale)),
    height: Math.max(height, Math.round(image.height * scale)),
  };
  return normalize(resizeBicubic(image, { ...size, part: centreBox(size, { width, height }) }), normalization).values;
}

async function decode(path: string): Promise<RgbImage> {
  checkFile(path, "image");
  requirePictures();
  try {
    return await decodeFile(path, { oriented: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MobileError("MODEL_INPUT", `Cannot read ${path} as an image: ${reason}`, { cause, data: { path } });
  }
}
