/** Images as networks take them: `[h, w, 3]` channels last, normalised by ImageNet's statistics. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { normalizations } from "../../core/images/mod.ts";
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

/** RGB bytes as a network takes them. */
function normalized(pixels: Uint8Array): Float32Array {
  const { mean, std } = normalizations.imagenet;
  return Float32Array.from(pixels, (value, index) => {
    const channel = index % 3;
    return (value / 255 - mean[channel]!) / std[channel]!;
  });
}

/**
 * An image file (PNG, JPEG, WebP, …) as a network takes it: scaled to cover `[1, h, w, 3]` and cropped to its centre.
 * Throws MobileError MODEL_INPUT for files that are no image.
 */
export async function readImage(path: string, shape: Shape): Promise<Float32Array> {
  const [, height, width] = nhwc(shape, "an image");
  checkFile(path, "image");
  requirePictures();
  const { default: sharp } = await import("sharp");
  try {
    const pixels = await sharp(path).resize(width, height, { fit: "cover" }).removeAlpha().toColourspace("srgb").raw()
      .toBuffer();
    return normalized(pixels);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MobileError("MODEL_INPUT", `Cannot read ${path} as an image: ${reason}`, { cause, data: { path } });
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (cause) {
    const message = `Cannot calibrate as there is no directory of images that can be read: got ${directory}`;
    throw new MobileError("EXPORT_CALIBRATION_MISSING", message, { cause, data: { directory } });
  }
}

/** Files that {@link readImages} takes for images. */
const IMAGE_FILE = /\.(png|jpe?g|webp|avif|gif|tiff?)$/i;

/**
 * The first images of a directory by name, read one by one. Throws MobileError EXPORT_CALIBRATION_MISSING where there are
 * none, and MODEL_INPUT while reading.
 */
export function readImages(
  directory: string,
  { shape, count }: { readonly shape: Shape; readonly count: number },
): { readonly paths: readonly string[]; readonly images: AsyncIterable<Float32Array> } {
  const paths = namesIn(directory).filter((name) => IMAGE_FILE.test(name)).sort().slice(0, count)
    .map((name) => join(directory, name));
  if (paths.length === 0) {
    throw new MobileError("EXPORT_CALIBRATION_MISSING", `Cannot calibrate as ${directory} holds no images`, {
      data: { directory },
    });
  }
  async function* read(): AsyncGenerator<Float32Array> {
    for (const path of paths) yield await readImage(path, shape);
  }
  return { paths, images: read() };
}
