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

/** An image of the same size whose pixels are the nearest ones of elsewhere in this one. */
export function transformAffine(image: RgbImage, { matrix, fill }: AffineOptions): RgbImage {
  const result = filled(image, fill);
  if (matrix[1] === 0 && matrix[3] === 0) takeShifted(image, result, matrix);
  else takeNearest(image, result, matrix);
  return result;
}

/** Copies pixel number `source` of an image to number `target`. */
function copy(from: Uint8Array, to: Uint8Array, { source, target }: { source: number; target: number }): void {
  const first = source * CHANNELS, place = target * CHANNELS;
  to[place] = from[first]!;
  to[place + 1] = from[first + 1]!;
  to[place + 2] = from[first + 2]!;
}

/** The nearest pixels without shear, so columns and rows apart: positions are summed up, and cut off, as Pillow does it. */
function takeShifted(image: RgbImage, result: RgbImage, [a, , c, , e, f]: AffineMatrix): void {
  const { width, height } = image, columns = places(width, a, c), rows = places(height, e, f);
  for (let row = 0; row < height; row++) {
    if (rows[row]! < 0) continue;
    for (let column = 0; column < width; column++) {
      if (columns[column]! < 0) continue;
      const source = rows[row]! * width + columns[column]!;
      copy(image.pixels, result.pixels, { source, target: row * width + column });
    }
  }
}

/** Which of `count` pixels each comes from along one side; −1 for none. */
function places(count: number, step: number, start: number): Int32Array {
  const found = new Int32Array(count);
  for (let place = 0, position = start + step * 0.5; place < count; place++, position += step) {
    found[place] = position >= 0 && position < count ? Math.trunc(position) : -1;
  }
  return found;
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
      copy(image.pixels, result.pixels, { source: fromRow * width + fromColumn, target: row * width + column });
    }
  }
}

/** What {@link shearImage} does. */
export interface ShearOptions {
  /** Along which side pixels move. */
  readonly along: "x" | "y";
  /** How far a pixel comes from: columns a row, or rows a column. */
  readonly factor: number;
  /** The colour of pixels from outside; default: black. */
  readonly fill?: Colour | undefined;
  /** Default: the nearest pixel. */
  readonly interpolation?: Interpolation | undefined;
}

/** A shear from the upper left corner. */
export function shearImage(image: RgbImage, { along, factor, fill, interpolation }: ShearOptions): RgbImage {
  if (interpolation !== "bicubic") {
    return transformAffine(image, { matrix: along === "x" ? [1, factor, 0, 0, 1, 0] : [1, 0, 0, factor, 1, 0], fill });
  }
  const { width, height } = image, result = filled(image, fill), rows = width * CHANNELS;
  if (along === "x") shearLines(image, result, { factor, lines: height, line: rows, length: width, step: CHANNELS });
  else shearLines(image, result, { factor, lines: width, line: CHANNELS, length: height, step: rows });
  return result;
}

/** Lines of an image: `lines` that are `line` values apart, each of `length` pixels that are `step` values apart. */
interface ShearedLines {
  readonly factor: number;
  readonly lines: number;
  readonly line: number;
  readonly length: number;
  readonly step: number;
}

/** The cubic through four neighbours on the line; those outside are the border's. Pillow's order of operations. */
function shearLines({ pixels }: RgbImage, result: RgbImage, { factor, lines, line, length, step }: ShearedLines): void {
  const end = (length - 1) * step;
  for (let number = 0; number < lines; number++) {
    const start = number * line;
    for (let place = 0; place < length; place++) {
      const from = place + 0.5 + factor * (number + 0.5),
        second = Math.floor(from - 0.5),
        distance = from - 0.5 - second;
      if (from < 0 || from >= length) continue;
      const b = Math.max(0, second * step), c = Math.min(end, (second + 1) * step);
      const a = start + Math.max(0, b - step), d = start + Math.min(end, c + step), to = start + place * step;
      for (let channel = 0; channel < CHANNELS; channel++) {
        const v1 = pixels[a + channel]!, v2 = pixels[start + b + channel]!, v3 = pixels[start + c + channel]!;
        const v4 = pixels[d + channel]!, third = 2 * (v1 - v2) + v3 - v4, fourth = -v1 + v2 - v3 + v4;
        const value = v2 + distance * (v3 - v1 + distance * (third + distance * fourth));
        result.pixels[to + channel] = value <= 0 ? 0 : value >= 255 ? 255 : value;
      }
    }
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
