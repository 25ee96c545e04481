/** Buffers in two arenas, placed by when they live. */
import { DeviceMemoryError } from "../../core/backend.ts";
import { planArena } from "../../core/liveness.ts";

/** The arenas by their number in kernels: tensors as the precision says, and vectors, always f32. */
export const SPACE = { tensors: 0, vectors: 1 } as const;

/** An arena. */
export type Space = (typeof SPACE)[keyof typeof SPACE];

/** A stretch of an arena; its place is known once all dispatches are. */
export interface Buffer {
  readonly space: Space;
  readonly elements: number;
  /** What it holds, for errors. */
  readonly what: string;
  /** Elements from the start of its arena. */
  at: number;
  /** First and last dispatch that touches it. */
  first: number;
  last: number;
}

/** Keeps a buffer alive for a dispatch. */
export function touch(buffer: Buffer, step: number): void {
  buffer.first = Math.min(buffer.first, step);
  buffer.last = Math.max(buffer.last, step);
}

/** The buffers of a graph. */
export class BufferSet {
  readonly #buffers: Buffer[] = [];

  /** A new buffer; `what` names it in errors. */
  add(space: Space, elements: number, what: string): Buffer {
    const buffer = { space, elements, what, at: 0, first: Infinity, last: -1 };
    this.#buffers.push(buffer);
    return buffer;
  }

  /** Places an arena's buffers and returns its bytes. Throws DeviceMemoryError, by its largest buffer, if it is too large. */
  allocate(space: Space, { elementBytes, limitBytes }: {
    readonly elementBytes: number;
    readonly limitBytes: number;
  }): number {
    const used = this.#buffers.filter((buffer) => buffer.space === space && buffer.last >= 0);
    const lifetimes = used.map(({ elements, first, last }) => ({ bytes: elements * elementBytes, first, last }));
    const { bytes, offsets } = planArena(lifetimes);
    if (bytes > limitBytes) {
      const { what, elements } = used.reduce((most, buffer) => buffer.elements > most.elements ? buffer : most);
      const arena = `tensor ${what} (${elements * elementBytes} bytes) and what lives beside it in one storage buffer`;
      throw new DeviceMemoryError(arena, { needed: bytes, limit: limitBytes });
    }
    used.forEach((buffer, index) => buffer.at = offsets[index]! / elementBytes);
    return bytes;
  }
}
