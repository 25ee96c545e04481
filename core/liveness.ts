/** Memory by liveness: when each value dies, and where it goes in one arena. */

/** A value that occupies memory from one step to another, both included. */
export interface Lifetime {
  /** Its size. */
  readonly bytes: number;
  /** The step that makes it. */
  readonly first: number;
  /** The last step that reads it. */
  readonly last: number;
}

/** Where each value goes in an arena, and the arena's size. */
export interface ArenaPlan {
  /** Bytes from the arena's start, one a value. */
  readonly offsets: readonly number[];
  /** The size of the arena. */
  readonly bytes: number;
}

/** Alignment of every value in an arena, bytes: a cache line. */
export const ARENA_ALIGNMENT = 64;

const aligned = (bytes: number): number => Math.ceil(bytes / ARENA_ALIGNMENT) * ARENA_ALIGNMENT;

/**
 * Places values so that those alive at the same time never overlap: largest first, each at the lowest gap that fits
 * (Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020).
 */
export function planArena(lifetimes: readonly Lifetime[]): ArenaPlan {
  const order = lifetimes.map((_, index) => index)
    .sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b);
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: number[] = [];
  let bytes = 0;
  for (const index of order) {
    const value = lifetimes[index]!;
    const neighbours = placed.filter((other) =>
      lifetimes[other]!.first <= value.last && value.first <= lifetimes[other]!.last
    ).sort((a, b) => offsets[a]! - offsets[b]!);
    let offset = 0;
    for (const other of neighbours) {
      if (offsets[other]! - offset >= aligned(value.bytes)) break;
      offset = Math.max(offset, offsets[other]! + aligned(lifetimes[other]!.bytes));
    }
    offsets[index] = offset;
    placed.push(index);
    bytes = Math.max(bytes, offset + aligned(value.bytes));
  }
  return { offsets, bytes };
}

/** The largest sum of bytes alive at one step: no arena can be smaller. Steps are counted from 0. */
export function peakBytes(lifetimes: readonly Lifetime[]): number {
  const changes = new Float64Array(lifetimes.reduce((end, { last }) => Math.max(end, last + 2), 0));
  for (const { bytes, first, last } of lifetimes) {
    changes[first]! += bytes;
    changes[last + 1]! -= bytes;
  }
  let alive = 0, peak = 0;
  for (const change of changes) peak = Math.max(peak, alive += change);
  return peak;
}
