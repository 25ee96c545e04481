/** Shears, translations and rotations: Pillow's `Image.transform` with an affine matrix (libImaging/Geometry.c). */
import { CHANNELS, type RgbImage } from "../image.ts";

/** Red, green, blue, 0 … 255. */
export type Colour = readonly [number, number, number];

/** How a pixel is made of those where it comes from: the nearest alone, or 4 × 4 by a cubic with a = −1. */
export type Interpolation = "nearest" | "bicubic";

/** `[a, b, c, d, e, f]`: pixel `(x, y)` of the result comes from `(a·x + b·y + c, d·x + e·y + f)`. */
export type AffineMatrix = readonly [number, number, number, number, number, number];

/** What {@link transformAffine} does. */
export interface AffineOptions {
  /** Where pixels come from. */
  readonly matrix: AffineMatrix;
  /** The colour of pixels from outside; default: black. */
  readonly fill?: Colour | undefined;
  /** Default: the nearest pixel. */
  readonly interpolation?: Interpolation | undefined;
}

/** An image of the same size, of one colour. */
function filled({ width, height }: RgbImage, fill: Colour | undefined): RgbImage {
  const pixels = new Uint8Array(width * height * CHANNELS);
  if (fill?.some((level) => level !== 0)) {
    for (let at = 0; at < pixels.length; at++) {
      pixels[at] = fill[at % CHANNELS]!;
    }
  }
  return { width, height, pixels };
}

/** An image of the same size whose pixels come from elsewhere in this one. */
export function transformAffine(image: RgbImage, { matrix, fill, interpolation }: AffineOptions): RgbImage {
  const result = filled(image, fill);
  if (interpolation === "bicubic") takeBicubic(image, result, matrix);
  else if (matrix[1] === 0 && matrix[3] === 0) takeShifted(image, result, matrix);
  else takeNearest(image, result, matrix);
  return result;
}

/** Copies a pixel; numbers are those of first values. */
function copy(from: RgbImage, to: RgbImage, { source, target }: { source: number; target: number }): void {
  for (let channel = 0; channel < CHANNELS; channel++) {
    to.pixels[target + channel] = from.pixels[source + channel]!;
  }
}

/** The nearest pixels without shear, so columns and rows apart: positions are summed up, and cut off, as Pillow does it. */
function takeShifted(image: RgbImage, result: RgbImage, [a, , c, , e, f]: AffineMatrix): void {
  const { width, height } = image, columns = places(width, a, c), rows = places(height, e, f);
  for (let row = 0; row < height; row++) {
    if (rows[row]! < 0) continue;
    for (let column = 0; column < width; column++) {
      if (columns[column]! < 0) continue;
      const source = (rows[row]! * width + columns[column]!) * CHANNELS;
      copy(image, result, { source, target: (row * width + column) * CHANNELS });
    }
  }
}

/** Which of `count` pixels each comes from along one side; −1 for none. */
function places(count: number, step: number, start: number): Int32Array {
  let position = start + step * 0.5;
  return Int32Array.from({ length: count }, () => {
    const place = position >= 0 && position < count ? Math.trunc(position) : -1;
    position += step;
    return place;
  });
}

/** A number in units of 2^−16. */
function fixed(value: number): number {
  return Math.floor(value * 65536 + 0.5);
}

/** The nearest pixels, in fixed-point arithmetic. */
function takeNearest(image: RgbImage, result: RgbImage, [a, b, c, d, e, f]: AffineMatrix): void {
  const { width, height } = image, right = fixed(a), down = fixed(d);
  let firstX = fixed(c + a * 0.5 + b * 0.5), firstY = fixed(f + d * 0.5 + e * 0.5);
  for (let row = 0; row < height; row++, firstX += fixed(b), firstY += fixed(e)) {
    let x = firstX, y = firstY;
    for (let column = 0; column < width; column++, x += right, y += down) {
      const fromColumn = x >> 16, fromRow = y >> 16;
      if (fromColumn < 0 || fromColumn >= width || fromRow < 0 || fromRow >= height) continue;
      copy(image, result, {
        source: (fromRow * width + fromColumn) * CHANNELS,
        target: (row * width + column) * CHANNELS,
      });
    }
  }
}

/** The cubic through four neighbours, at a distance of 0 … 1 from the second; in Pillow's order, for its bits. */
function cubic(values: Float64Array, distance: number): number {
  const v1 = values[0]!, v2 = values[1]!, v3 = values[2]!, v4 = values[3]!;
  const third = 2 * (v1 - v2) + v3 - v4, fourth = -v1 + v2 - v3 + v4;
  return v2 + distance * (v3 - v1 + distance * (third + distance * fourth));
}

/** A pixel of 4 × 4 neighbours; those outside are the border's. */
function takeBicubic(image: RgbImage, result: RgbImage, [a, b, c, d, e, f]: AffineMatrix): void {
  const { width, height } = image;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = a * (column + 0.5) + b * (row + 0.5) + c, y = d * (column + 0.5) + e * (row + 0.5) + f;
      if (x < 0 || x >= width || y < 0 || y >= height) continue;
      bicubicPixel(image, { x: x - 0.5, y: y - 0.5 }, result.pixels.subarray((row * width + column) * CHANNELS));
    }
  }
}

function bicubicPixel({ width, height, pixels }: RgbImage, { x, y }: { x: number; y: number }, to: Uint8Array): void {
  const left = Math.floor(x), top = Math.floor(y), taps = new Float64Array(4), lines = new Float64Array(4);
  for (let channel = 0; channel < CHANNELS; channel++) {
    for (let line = 0; line < 4; line++) {
      const start = Math.max(0, Math.min(height - 1, top - 1 + line)) * width;
      for (let tap = 0; tap < 4; tap++) {
        const place = start + Math.max(0, Math.min(width - 1, left - 1 + tap));
        taps[tap] = pixels[place * CHANNELS + channel]!;
      }
      lines[line] = cubic(taps, x - left);
    }
    to[channel] = Math.max(0, Math.min(255, Math.trunc(cubic(lines, y - top))));
  }
}

/** What {@link rotateImage} does. */
export interface RotateOptions {
  /** Counter-clockwise. */
  readonly degrees: number;
  /** The colour of pixels from outside; default: black. */
  readonly fill?: Colour | undefined;
}

/** `Image.rotate`: around the middle, in the same size, the nearest pixels. */
export function rotateImage(image: RgbImage, { degrees, fill }: RotateOptions): RgbImage {
  if (degrees === 0) return image;
  const { width, height } = image, angle = -degrees * Math.PI / 180;
  const cosine = rounded(Math.cos(angle)), sine = rounded(Math.sin(angle));
  const c = cosine * -width / 2 + sine * -height / 2 + width / 2;
  const f = -sine * -width / 2 + cosine * -height / 2 + height / 2;
  return transformAffine(image, { matrix: [cosine, sine, c, -sine, cosine, f], fill });
}

/** To 15 digits behind the point, as Pillow has it, so that a right angle is one. */
function rounded(value: number): number {
  return Number(value.toFixed(15));
}
