/**
 * Places buffers in arenas; buffers that are not in use at the same time share memory. The arena of tensors spans as many
 * GPU buffers (pages) as it needs, the arena of vectors is one.
 */
import { DeviceMemoryError } from "../../core/graph/backend.ts";
import { planArenas } from "../../core/graph/liveness.ts";
import { SLOT_ELEMENTS } from "./wgsl/kernel.ts";

/** The arenas by their number in kernels: tensors as the precision says, and vectors, always f32. */
export const SPACE = { tensors: 0, vectors: 1 } as const;

/** An arena. */
export type Space = (typeof SPACE)[keyof typeof SPACE];

/** A range of an arena. Its place is decided after the last dispatch is added. */
export interface Buffer {
  readonly space: Space;
  readonly elements: number;
  /** What it holds, for errors. */
  readonly what: string;
  /** The buffer that it is a part of, and its first element there. */
  readonly part?: { readonly of: Buffer; readonly from: number };
  /** The GPU buffer of its arena that it is in. */
  page: number;
  /** Elements from the start of that. */
  at: number;
  /** First and last dispatch that touches it. */
  first: number;
  last: number;
}

/** Extends a buffer's lifetime to a dispatch. */
export function touch(buffer: Buffer, step: number): void {
  const whole = buffer.part?.of ?? buffer;
  whole.first = Math.min(whole.first, step);
  whole.last = Math.max(whole.last, step);
}

/** Where a buffer is: in which GPU buffer of its arena, from which element on. */
export function placeOf({ part, page, at }: Buffer): { readonly page: number; readonly at: number } {
  return part ? { page: part.of.page, at: part.of.at + part.from } : { page, at };
}

/** Elements that a part takes of its buffer: parts begin at multiples of 16. */
export const partElements = (elements: number): number => Math.ceil(elements / 16) * 16;

/** What an arena is made of. */
export interface ArenaOptions {
  readonly elementBytes: number;
  /** Bytes of a GPU buffer. */
  readonly limitBytes: number;
}

/** The buffers of a graph. */
export class BufferSet {
  readonly #buffers: Buffer[] = [];

  /** A new buffer; `what` names it in errors. */
  add(space: Space, elements: number, what: string): Buffer {
    const buffer = { space, elements, what, page: 0, at: 0, first: Infinity, last: -1 };
    this.#buffers.push(buffer);
    return buffer;
  }

  /** New buffers that are placed as one, and live as long as any of them. */
  addTogether(space: Space, parts: readonly Pick<Buffer, "elements" | "what">[]): Buffer[] {
    const padded = parts.map(({ elements }) => partElements(elements));
    const what = parts.map((one) => one.what).join(", ");
    const of = this.add(space, padded.reduce((sum, elements) => sum + elements, 0), what);
    let from = 0;
    return parts.map(({ elements, what }, index) => {
      const part = { of, from };
      from += padded[index]!;
      return { space, elements, what, part, page: 0, at: 0, first: Infinity, last: -1 };
    });
  }

  /** Places tensors and returns the bytes of each page. Throws DeviceMemoryError for one that no GPU buffer can hold. */
  allocateTensors({ elementBytes, limitBytes }: ArenaOptions): readonly number[] {
    const pageBytes = Math.min(limitBytes, SLOT_ELEMENTS * elementBytes), used = this.#used(SPACE.tensors);
    const largest = largestOf(used);
    if (largest && largest.elements * elementBytes > pageBytes) {
      const bytes = { needed: largest.elements * elementBytes, limit: pageBytes };
      throw new DeviceMemoryError(`tensor ${largest.what} in one storage buffer`, bytes);
    }
    return place(used, { elementBytes, limitBytes: pageBytes });
  }

  /** Places vectors and returns their bytes. Throws DeviceMemoryError, by the largest, where one GPU buffer is too small. */
  allocateVectors({ elementBytes, limitBytes }: ArenaOptions): number {
    const used = this.#used(SPACE.vectors), [bytes = 0] = place(used, { elementBytes, limitBytes: Infinity });
    if (bytes <= limitBytes) return bytes;
    const { what, elements } = largestOf(used)!;
    const arena = `${what} (${elements * elementBytes} bytes) and what lives beside it in one storage buffer`;
    throw new DeviceMemoryError(arena, { needed: bytes, limit: limitBytes });
  }

  #used(space: Space): Buffer[] {
    return this.#buffers.filter((buffer) => buffer.space === space && buffer.last >= 0);
  }
}

function largestOf(buffers: readonly Buffer[]): Buffer | undefined {
  return buffers.reduce<Buffer | undefined>(
    (most, one) => most && most.elements >= one.elements ? most : one,
    undefined,
  );
}

/** Gives buffers their places; returns the bytes of each page. */
function place(buffers: readonly Buffer[], { elementBytes, limitBytes }: ArenaOptions): readonly number[] {
  const lifetimes = buffers.map(({ elements, first, last }) => ({ bytes: elements * elementBytes, first, last }));
  const { arenas, offsets, bytes } = planArenas(lifetimes, limitBytes);
  buffers.forEach((buffer, index) => {
    buffer.page = arenas[index]!;
    buffer.at = offsets[index]! / elementBytes;
  });
  return bytes;
}
