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
  const placed: Placed[] = [];
  let bytes = 0;
  for (const index of order) {
    const { bytes: needed, first, last } = lifetimes[index]!;
    const offset = lowestGap(placed, { bytes: aligned(needed), first, last });
    const end = offset + aligned(needed);
    placed.splice(firstAfter(placed, offset), 0, { offset, end, first, last });
    offsets[index] = offset;
    bytes = Math.max(bytes, end);
  }
  return { offsets, bytes };
}

/** A value that has its place. */
interface Placed {
  readonly offset: number;
  readonly end: number;
  readonly first: number;
  readonly last: number;
}

/** How many come at or before an offset. */
function firstAfter(placed: readonly Placed[], offset: number): number {
  let low = 0, high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placed[middle]!.offset > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The lowest offset at which a value overlaps none of those alive with it, given all in the order of their offsets. */
function lowestGap(placed: readonly Placed[], { bytes, first, last }: Lifetime): number {
  let offset = 0;
  for (const other of placed) {
    if (other.first > last || first > other.last) continue;
    if (other.offset - offset >= bytes) break;
    offset = Math.max(offset, other.end);
  }
  return offset;
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
