/**
 * What a panel's tiles have in common, at a constant address: reading it there needs no check against the memory's size
 * and holds no register while a tile computes.
 */
import { accumulate, BLOCK_BYTES } from "./statistics";

/** How tiles walk their operands and what they do with the result. */
@unmanaged
class Panel {
  /** Kernel rows; segments of a row; values of k in a segment. */
  rows: i32;
  segments: i32;
  length: i32;
  /** Bytes from the end of a segment to the next one, and from the end of a row's segments to the next row. */
  toSegment: usize;
  toRow: usize;
  /** Bytes from one value of k to the next where each is a pixel. */
  pixelBytes: usize;
  /** Bytes from one output pixel to the next. */
  yBytes: usize;
  /** Output channels, at most 8. */
  channels: i32;
  /** Whether statistics are taken, and whether no tile has been added to them yet. */
  counted: bool;
  first: bool;
}

export const panel = changetype<Panel>(memory.data(64, 64));

/** Sums of the panel's channels over a band (see statistics.ts). */
export const BLOCK: usize = memory.data(160, 64);
/** Sums of a few tiles, and of their squares, in float32. */
export const SUMS: usize = memory.data(32, 32);
export const SQUARES: usize = memory.data(32, 32);

/** Moves the sums of a few tiles to the block. */
export function addSums(): void {
  for (let half: usize = 0; half < 2; half++) {
    const sums = SUMS + half * 16, squares = SQUARES + half * 16;
    accumulate(BLOCK + 32 + half * 32, v128.load(sums));
    accumulate(BLOCK + 96 + half * 32, v128.load(squares));
    v128.store(sums, f32x4.splat(0));
    v128.store(squares, f32x4.splat(0));
  }
}

/** Brings a panel's sums in before a part of a band; the first part begins with none. */
export function loadBlock(from: usize, first: bool): void {
  panel.first = first;
  if (first) memory.fill(BLOCK, 0, BLOCK_BYTES);
  else memory.copy(BLOCK, from, BLOCK_BYTES);
}

/** Puts a panel's sums away after a part of a band. */
export function saveBlock(to: usize): void {
  memory.copy(to, BLOCK, BLOCK_BYTES);
}
