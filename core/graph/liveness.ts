/** Memory planning by liveness: values that are not alive at the same time may share memory of one arena. */

/** A value that occupies memory from one step to another, both included. */
export interface Lifetime {
  /** Its size. */
  readonly bytes: number;
  /** The step that makes it. */
  readonly first: number;
  /** The last step that reads it. */
  readonly last: number;
}

/** The place of each value in an arena, and the arena's size. */
export interface ArenaPlan {
  /** The offset of each value from the start of its arena, bytes. */
  readonly offsets: readonly number[];
  /** The size of the arena. */
  readonly bytes: number;
}

/** The place of each value in several arenas, and the arenas' sizes. */
export interface ArenasPlan {
  /** The arena of each value. */
  readonly arenas: readonly number[];
  /** The offset of each value from the start of its arena, bytes. */
  readonly offsets: readonly number[];
  /** The size of each arena. */
  readonly bytes: readonly number[];
}

/** Alignment of every value in an arena, bytes: a cache line. */
export const ARENA_ALIGNMENT = 64;

const aligned = (bytes: number): number => Math.ceil(bytes / ARENA_ALIGNMENT) * ARENA_ALIGNMENT;

/**
 * Places values in an arena so that those alive at the same time never overlap: the largest value first, each at the
 * lowest offset with a sufficient gap (Pisarchyk and Lee, "Efficient memory management for deep neural net inference",
 * 2020).
 */
export function planArena(lifetimes: readonly Lifetime[]): ArenaPlan {
  const { offsets, bytes } = planArenas(lifetimes, Infinity);
  return { offsets, bytes: bytes[0] ?? 0 };
}

/**
 * Places values as {@link planArena} does, in several arenas that are at most `limitBytes` large. A value is placed in
 * the first arena that has room for it, and a new arena is added where none has. A value that is larger than the limit
 * has an arena of its own, of its size.
 */
export function planArenas(lifetimes: readonly Lifetime[], limitBytes: number): ArenasPlan {
  const order = lifetimes.map((_, index) => index)
    .sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b);
  const offsets = new Array<number>(lifetimes.length).fill(0), arenas = [...offsets];
  const placed: Placed[][] = [], bytes: number[] = [];
  for (const index of order) {
    const { bytes: needed, first, last } = lifetimes[index]!, value = { bytes: aligned(needed), first, last };
    const gaps = placed.map((others) => lowestGap(others, value));
    const found = gaps.findIndex((gap) => gap + needed <= limitBytes), arena = found < 0 ? placed.length : found;
    const offset = gaps[arena] ?? 0, others = placed[arena] ??= [];
    others.splice(firstAfter(others, offset), 0, { offset, end: offset + value.bytes, first, last });
    arenas[index] = arena;
    offsets[index] = offset;
    const end = Math.max(needed, Math.min(offset + value.bytes, limitBytes));
    bytes[arena] = Math.max(bytes[arena] ?? 0, end);
  }
  return { arenas, offsets, bytes };
}

/** A value that has been placed. */
interface Placed {
  readonly offset: number;
  readonly end: number;
  readonly first: number;
  readonly last: number;
}

/** Binary search: how many of the placed values begin at or before an offset. */
function firstAfter(placed: readonly Placed[], offset: number): number {
  let low = 0, high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placed[middle]!.offset > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The lowest offset at which a value overlaps none of the placed values that are alive with it. `placed` is ordered by
 * offset.
 */
function lowestGap(placed: readonly Placed[], { bytes, first, last }: Lifetime): number {
  let offset = 0;
  for (const other of placed) {
    if (other.first > last || first > other.last) continue;
    if (other.offset - offset >= bytes) break;
    offset = Math.max(offset, other.end);
  }
  return offset;
}

/** The peak: the largest sum of bytes that are alive at one step. No arena can be smaller. Steps are counted from 0. */
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
