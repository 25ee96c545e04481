/** A tensor in a file, whose elements are read when they are asked for. */
import { crc32 } from "node:zlib";
import { elementCount } from "../../graph/shape.ts";
import { type ByteSource, refuse } from "./byte_source.ts";
import { type DType, dtypes } from "./dtypes.ts";
import { shown } from "./error.ts";
import { CHUNK_BYTES } from "./limits.ts";
import { coalesced, gather, isRange, outerSlice, spanOf, type StridedView } from "./view.ts";

/** A range of a file that tensors lie in. */
export class Storage {
  /** The file. */
  readonly source: ByteSource;
  /** How many bytes it has. */
  readonly bytes: number;
  readonly #position: number;
  #unchecked: number | undefined;

  /** A range with the checksum that its bytes should have, if the file tells one. */
  constructor(source: ByteSource, range: { position: number; bytes: number; crc?: number | undefined }) {
    this.source = source;
    this.#position = range.position;
    this.bytes = range.bytes;
    this.#unchecked = range.crc;
  }

  /** Fills `into` from a byte of the storage on. Throws CheckpointError `corrupt` where the whole has a wrong checksum. */
  read(byte: number, into: Uint8Array): void {
    this.verify();
    this.source.read(this.#position + byte, into);
  }

  /**
   * Compares the checksum, once. What is read afterwards comes from the system's cache. Throws CheckpointError `corrupt`.
   */
  verify(): void {
    if (this.#unchecked === undefined) return;
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, this.bytes));
    let sum = 0;
    for (let done = 0; done < this.bytes; done += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, this.bytes - done));
      this.source.read(this.#position + done, part);
      sum = crc32(part, sum);
    }
    if (sum !== this.#unchecked) {
      refuse(this.source, "corrupt", `the bytes at ${this.#position} have checksum ${this.#unchecked}: got ${sum}`);
    }
    this.#unchecked = undefined;
  }
}

/** What a tensor is. */
export interface TensorDescription {
  /** Its name in the state dict. */
  readonly name: string;
  /** Its element type. */
  readonly dtype: DType;
  /** Its shape in PyTorch's order: `[o, i, h, w]` for a convolution. */
  readonly shape: readonly number[];
}

/** A tensor in a file. */
export class StoredTensor implements TensorDescription {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly #storage: Storage;
  readonly #view: StridedView;

  /** A view of a storage. Throws CheckpointError `corrupt` where it goes beyond. */
  constructor({ name, dtype }: { name: string; dtype: DType }, storage: Storage, view: StridedView) {
    const needed = (view.offset + spanOf(view)) * dtypes[dtype].bytes;
    if (!(needed <= storage.bytes) && !view.shape.includes(0)) {
      refuse(storage.source, "corrupt", `tensor ${shown(name)} lies in ${storage.bytes} bytes: got ${needed}`, [name]);
    }
    this.name = name;
    this.dtype = dtype;
    this.shape = view.shape;
    this.#storage = storage;
    this.#view = view;
  }

  /** How many elements it has. */
  get elements(): number {
    return elementCount(this.shape);
  }

  /** How many bytes its elements take without gaps. */
  get bytes(): number {
    return this.elements * dtypes[this.dtype].bytes;
  }

  /** How many bytes are read for them at most: from the first to the last where they have gaps. */
  get readBytes(): number {
    return Math.max(this.bytes, spanOf(this.#view) * dtypes[this.dtype].bytes);
  }

  /** The same tensor under another name. */
  renamed(name: string): StoredTensor {
    return new StoredTensor({ name, dtype: this.dtype }, this.#storage, this.#view);
  }

  /** The same tensor with its dimensions in another order. */
  permuted(axes: readonly number[]): StoredTensor {
    const { offset, shape, strides } = this.#view;
    const view = { offset, shape: axes.map((axis) => shape[axis]!), strides: axes.map((axis) => strides[axis]!) };
    return new StoredTensor(this, this.#storage, view);
  }

  /**
   * Its bytes in the order of its dimensions, little-endian, in pieces of whole elements that are overwritten by the
   * next. Elements that lie without gaps are read piece by piece. Others are gathered: a piece's bytes from its first
   * element to its last are in memory, at most the whole storage.
   */
  chunks(): Generator<Uint8Array<ArrayBuffer>> {
    if (this.elements === 0) return (function* () {})();
    return this.#pieces(coalesced(this.#view), new Uint8Array(Math.min(CHUNK_BYTES, this.bytes)));
  }

  *#pieces(
    view: StridedView,
    buffer: Uint8Array<ArrayBuffer>,
    held?: { readonly from: Uint8Array<ArrayBuffer>; readonly first: number },
  ): Generator<Uint8Array<ArrayBuffer>> {
    const { bytes } = dtypes[this.dtype], size = elementCount(view.shape) * bytes;
    if (!held && isRange(view)) return yield* this.#range(view.offset * bytes, size, buffer);
    const span = spanOf(view) * bytes, [outer = 1, ...inner] = view.shape, step = (view.strides[0] ?? 0) * bytes;
    const innerSpan = spanOf({ ...view, shape: inner, strides: view.strides.slice(1) }) * bytes;
    const known = held ?? (span <= CHUNK_BYTES || step < innerSpan ? this.#hold(view, span) : undefined);
    if (known && size <= CHUNK_BYTES) {
      const into = buffer.subarray(0, size);
      gather(view, { ...known, into, bytes });
      return yield into;
    }
    const each = Math.max(size / outer, known ? 0 : step), count = Math.max(1, Math.floor(CHUNK_BYTES / each));
    for (let first = 0; first < outer; first += count) {
      const slice = outerSlice(view, { first, count: Math.min(count, outer - first) });
      yield* this.#pieces(coalesced(slice), buffer, known);
    }
  }

  #hold({ offset }: StridedView, span: number): { from: Uint8Array<ArrayBuffer>; first: number } {
    const from = new Uint8Array(span);
    this.#storage.read(offset * dtypes[this.dtype].bytes, from);
    return { from, first: offset };
  }

  *#range(start: number, size: number, buffer: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
    for (let done = 0; done < size; done += buffer.length) {
      const part = buffer.subarray(0, Math.min(buffer.length, size - done));
      this.#storage.read(start + done, part);
      yield part;
    }
  }

  /** Its elements as float32 numbers, in the order of its dimensions. Those that lie so are read in place. */
  toFloat32(): Float32Array<ArrayBuffer> {
    const values = new Float32Array(this.elements), view = coalesced(this.#view);
    if (this.dtype === "f32" && isRange(view) && values.length > 0) {
      this.#storage.read(view.offset * 4, new Uint8Array(values.buffer));
      return values;
    }
    let filled = 0;
    for (const chunk of this.chunks()) {
      const numbers = dtypes[this.dtype].decode(chunk);
      values.set(numbers, filled);
      filled += numbers.length;
    }
    return values;
  }
}
