/**
 * Bicubic resizing with the bits of Pillow's `Image.resize(size, Image.BICUBIC)` (libImaging/Resample.c), which the
 * published networks were evaluated with: a filter that widens as an image shrinks, so that every source pixel counts;
 * columns first, then rows; whole-number weights, rounded to 8 bits after each of the two.
 */
import { type Box, CHANNELS, checkBox, type RgbImage } from "./image.ts";

/** How far the cubic reaches at scale 1, pixels to either side. */
const REACH = 2;
/** Bits behind the point of a weight: 32, less 8 of a pixel and 2 for sums of weights over 1 and their sign. */
const FRACTION_BITS = 22;
const HALF = 1 << (FRACTION_BITS - 1);

/** Keys' cubic with a = −0.5. */
function cubic(distance: number): number {
  const a = -0.5, x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** Which source pixels make each target pixel along one side. */
export interface ResizeTaps {
  /** How many weights a target pixel has room for, of which `counts` says how many it has. */
  readonly span: number;
  /** The first source pixel of each target pixel. */
  readonly starts: Int32Array;
  /** Source pixels of each target pixel. */
  readonly counts: Int32Array;
  /** `[targets, span]`, in units of 2^−22. */
  readonly weights: Int32Array;
}

/** One side: its length before and after, and which part of the result is wanted. */
interface Side {
  readonly from: number;
  readonly to: number;
  readonly first: number;
  readonly count: number;
}

function tapsOf({ from, to, first, count }: Side): ResizeTaps {
  const scale = from / to, widening = Math.max(1, scale), reach = REACH * widening, span = Math.ceil(reach) * 2 + 1;
  const starts = new Int32Array(count), counts = new Int32Array(count), weights = new Int32Array(count * span);
  const exact = new Float64Array(span);
  for (let target = 0; target < count; target++) {
    const centre = (first + target + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const length = Math.min(from, Math.trunc(centre + reach + 0.5)) - start;
    let sum = 0;
    for (let tap = 0; tap < length; tap++) {
      exact[tap] = cubic((tap + start - centre + 0.5) * (1 / widening));
      sum += exact[tap]!;
    }
    for (let tap = 0; tap < length; tap++) weights[target * span + tap] = fixed(exact[tap]! / sum);
    starts[target] = start;
    counts[target] = length;
  }
  return { span, starts, counts, weights };
}

/** A weight in units of 2^−22, half away from zero. */
function fixed(weight: number): number {
  return Math.trunc(weight * (1 << FRACTION_BITS) + (weight < 0 ? -0.5 : 0.5));
}

/** A sum of weighted pixels as a pixel. */
function toByte(sum: number): number {
  const value = sum >> FRACTION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Resizes rows `top` … `top + height` of an image along its columns. */
function resizeColumns(
  { width, pixels }: RgbImage,
  { top, height, taps }: { readonly top: number; readonly height: number; readonly taps: ResizeTaps },
): Uint8Array {
  const { span, starts, counts, weights } = taps, targets = starts.length;
  const result = new Uint8Array(height * targets * CHANNELS);
  let to = 0;
  for (let row = 0; row < height; row++) {
    const line = (top + row) * width;
    for (let target = 0; target < targets; target++) {
      let red = HALF, green = HALF, blue = HALF;
      let at = (line + starts[target]!) * CHANNELS, weightAt = target * span;
      for (const end = weightAt + counts[target]!; weightAt < end; weightAt++, at += CHANNELS) {
        const weight = weights[weightAt]!;
        red = (red + Math.imul(pixels[at]!, weight)) | 0;
        green = (green + Math.imul(pixels[at + 1]!, weight)) | 0;
        blue = (blue + Math.imul(pixels[at + 2]!, weight)) | 0;
      }
      result[to++] = toByte(red);
      result[to++] = toByte(green);
      result[to++] = toByte(blue);
    }
  }
  return result;
}

/** Resizes along rows: `lines` has `stride` values a row and begins with source row `top`. */
function resizeRows(
  lines: Uint8Array,
  { top, stride, taps }: { readonly top: number; readonly stride: number; readonly taps: ResizeTaps },
): Uint8Array {
  const { span, starts, counts, weights } = taps, targets = starts.length;
  const result = new Uint8Array(targets * stride), sums = new Int32Array(stride);
  for (let target = 0; target < targets; target++) {
    sums.fill(HALF);
    for (let tap = 0; tap < counts[target]!; tap++) {
      const weight = weights[target * span + tap]!, line = (starts[target]! - top + tap) * stride;
      for (let at = 0; at < stride; at++) sums[at] = sums[at]! + Math.imul(lines[line + at]!, weight);
    }
    for (let at = 0; at < stride; at++) result[target * stride + at] = toByte(sums[at]!);
  }
  return result;
}

/** How large an image becomes, and which part of it is wanted. */
export interface ResizeOptions {
  /** Columns of the whole result. */
  readonly width: number;
  /** Rows of the whole result. */
  readonly height: number;
  /** The part of the result to compute; its pixels are those of the whole. Default: all of it. */
  readonly part?: Box | undefined;
}

/** What is to be computed. */
export interface ResizePlan {
  /** Columns of the source by columns of the result. */
  readonly columns: ResizeTaps;
  /** Rows of the source by rows of the result. */
  readonly rows: ResizeTaps;
  /** The first source row that is needed. */
  readonly top: number;
  /** Source rows that are needed. */
  readonly height: number;
}

/** What a resizing computes. Throws RangeError as {@link resizeBicubic} does. */
export function planResize(image: RgbImage, { width, height, part }: ResizeOptions): ResizePlan {
  const box = part ?? { left: 0, top: 0, width, height };
  checkBox(box, { width, height });
  const columns = tapsOf({ from: image.width, to: width, first: box.left, count: box.width });
  const rows = tapsOf({ from: image.height, to: height, first: box.top, count: box.height });
  const last = box.height - 1, top = rows.starts[0]!, bottom = rows.starts[last]! + rows.counts[last]!;
  return { columns, rows, top, height: bottom - top };
}

/**
 * An image of another size, or a part of it. A side that keeps its length keeps its bits. Throws RangeError for sizes that
 * are no whole numbers of at least 1, and for a part that is not inside the result.
 *
 * @example
 * ```ts
 * import { resizeBicubic } from "@zennas/zennas";
 * const grey = { width: 4, height: 4, pixels: new Uint8Array(48).fill(77) };
 * const { pixels } = resizeBicubic(grey, { width: 3, height: 7 });
 * if (pixels.length !== 63 || pixels.some((value) => value !== 77)) throw new Error();
 * ```
 */
export function resizeBicubic(image: RgbImage, options: ResizeOptions): RgbImage {
  const { columns, rows, top, height } = planResize(image, options), width = columns.starts.length;
  const lines = resizeColumns(image, { top, height, taps: columns });
  return {
    width,
    height: rows.starts.length,
    pixels: resizeRows(lines, { top, stride: width * CHANNELS, taps: rows }),
  };
}
