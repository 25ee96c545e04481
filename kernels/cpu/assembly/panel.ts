/**
 * The settings that all tiles of a panel share, at a constant address: a load from a constant address needs no bounds
 * check, and takes no register while a tile computes.
 */
import { addFew, BLOCK_BYTES } from "./statistics";

/** How tiles step through their operands, and what they do with their results. */
@unmanaged
class Panel {
  /**
   * The loops of a tile over its products k: kernel rows, contiguous segments of a row, and values of k in a segment.
   */
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
  /** Whether statistics are taken; whether the next tile is the first that is added to them. */
  counted: bool;
  first: bool;
  /** Whether sums are finished: multiplied by the scales, shifted, then added to what is `toAddend` bytes behind y. */
  finishes: bool;
  adds: bool;
  relu: bool;
  toAddend: usize;
}

export const panel = changetype<Panel>(memory.data(64, 64));

/** Scales and shifts of the panel's channels. */
export const SCALES: usize = memory.data(32, 32);
export const SHIFTS: usize = memory.data(32, 32);

/** The statistics' sums of the panel's channels over a band (see statistics.ts). */
export const BLOCK: usize = memory.data(160, 64);
/** Sums, and sums of squares, of a few tiles in float32. */
export const SUMS: usize = memory.data(32, 32);
export const SQUARES: usize = memory.data(32, 32);

/** Adds the float32 sums of a few tiles to the block in float64, and sets them to zero. */
export function addSums(): void {
  addFew(BLOCK, v128.load(SUMS), v128.load(SUMS, 16), v128.load(SQUARES), v128.load(SQUARES, 16));
  for (let at: usize = 0; at < 32; at += 16) {
    v128.store(SUMS + at, f32x4.splat(0));
    v128.store(SQUARES + at, f32x4.splat(0));
  }
}

/** Loads a panel's sums before a part of a band; the first part starts from zero. */
export function loadBlock(from: usize, first: bool): void {
  panel.first = first;
  if (first) memory.fill(BLOCK, 0, BLOCK_BYTES);
  else memory.copy(BLOCK, from, BLOCK_BYTES);
}

/** Saves a panel's sums after a part of a band. */
export function saveBlock(to: usize): void {
  memory.copy(to, BLOCK, BLOCK_BYTES);
}
