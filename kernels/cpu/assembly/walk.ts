/**
 * How a tile of outer products steps through the pixels of a band; at a constant address for the reason given in
 * panel.ts.
 */
@unmanaged
class Walk {
  images: i32;
  rows: i32;
  columns: i32;
  /** Bytes from one pixel to the next, from the end of a row to the next row, and from there to the next image. */
  step: usize;
  toRow: usize;
  toImage: usize;
  /** Bytes from one pixel's gradient to the next. */
  pitch: usize;
}

export const walk = changetype<Walk>(memory.data(32, 64));
