/** Bounds the memory that the values of pickles take. */
import { type ByteSource, refuse } from "../byte_source.ts";
import { MOST_PICKLE_BYTES } from "../limits.ts";

/** What values take in memory, in bytes; generous, as measured on V8 with its growth of arrays and maps. */
export const COSTS = {
  /** A place on the stack or in a list; while an array grows it is in memory several times. */
  slot: 48,
  number: 16,
  text: 32,
  list: 176,
  map: 240,
  /** An entry of a map. */
  item: 64,
  /** A remembered value. */
  memo: 48,
  /** What a global makes. */
  object: 320,
} as const;

/** Counts what is left of what the values of pickles may take. */
export class MemoryBudget {
  readonly #source: ByteSource;
  readonly #most: number;
  #left: number;

  /** A budget for the pickles of one file. */
  constructor(source: ByteSource, most: number = MOST_PICKLE_BYTES) {
    this.#source = source;
    this.#most = most;
    this.#left = most;
  }

  /** Takes bytes out of the budget. Throws CheckpointError `too-large`. */
  charge(bytes: number): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    refuse(this.#source, "too-large", `values of its pickles take at most ${this.#most} bytes: got more`);
  }
}
