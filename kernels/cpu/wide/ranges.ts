/** Ranges of units that parts take. */
import type { Buffer, BufferByte } from "../lowered.ts";

/** Some of a call's units: images, rows or elements. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** Parts of a call at most: enough for 16 workers, few enough that what each begins with does not count. */
const PARTS = 16;
/** Elements of a part at least: some 20 µs of work, beside 1 µs for a barrier. */
const PART_ELEMENTS = 2 ** 15;
/** Parts begin at multiples of so many units where a unit is an element, so that none shares a cache line. */
const LINE_ELEMENTS = 16;

/** Cuts units of so many elements each into equal ranges, the last of which may be shorter. */
export function ranges(
  { count, elements, most = PARTS, least = PART_ELEMENTS, step = elements === 1 ? LINE_ELEMENTS : 1 }: {
    readonly count: number;
    readonly elements: number;
    readonly most?: number;
    /** Elements of a part at least. */
    readonly least?: number;
    /** What a range's units are a multiple of. */
    readonly step?: number;
  },
): Range[] {
  const parts = Math.max(1, Math.min(most, Math.floor(count * elements / least)));
  const size = Math.ceil(count / parts / step) * step;
  return Array.from({ length: Math.ceil(count / size) }, (_, index) => {
    const first = index * size;
    return { first, count: Math.min(size, count - first) };
  });
}

/** So many bytes behind an address; nothing behind nothing. */
export function bytesOn(at: Buffer | BufferByte | undefined, bytes: number): BufferByte | undefined {
  if (!at) return undefined;
  return "of" in at ? { of: at.of, byte: at.byte + bytes } : { of: at, byte: bytes };
}
