/** Decoded pictures. */

/** Red, green and blue of every pixel. */
export interface RgbImage {
  /** Columns, at least 1. */
  readonly width: number;
  /** Rows, at least 1. */
  readonly height: number;
  /** `[height, width, 3]`, row by row from the top, 0 … 255. */
  readonly pixels: Uint8Array;
}

/** Values of one pixel. */
export const CHANNELS = 3;

/** A rectangle of pixels within an image. */
export interface Box {
  /** The first column. */
  readonly left: number;
  /** The first row. */
  readonly top: number;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** Throws RangeError for a box that is not inside an image of this size, or is not made of whole pixels. */
export function checkBox(
  { left, top, width, height }: Box,
  image: { readonly width: number; readonly height: number },
): void {
  const inside = left >= 0 && top >= 0 && left + width <= image.width && top + height <= image.height;
  if (inside && width > 0 && height > 0 && [left, top, width, height].every(Number.isSafeInteger)) return;
  const box = `${width} × ${height} at (${left}, ${top})`;
  throw new RangeError(`Cannot take a box as it must be inside ${image.width} × ${image.height} pixels: got ${box}`);
}
