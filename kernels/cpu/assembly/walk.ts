/** How a tile of outer products walks the pixels of a band, at a constant address (see panel.ts). */
@unmanaged
class Walk {
  images: i32;
  rows: i32;
  columns: i32;
  /** Bytes from one pixel to the next, from the end of a row to the next row, from there to the next image. */
  step: usize;
  toRow: usize;
  toImage: usize;
  /** Bytes from one pixel's gradient to the next. */
  pitch: usize;
}

export const walk = changetype<Walk>(memory.data(32, 64));
