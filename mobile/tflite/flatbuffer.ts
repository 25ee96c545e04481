/**
 * Reads FlatBuffers tables from bytes that are not trusted. Every offset and length is checked before it is followed.
 * The number of reads is limited by the size of the file, so a file whose parts point at each other cannot make reading
 * run for long.
 *
 * Written from the format's description (https://flatbuffers.dev/internals), not from any library.
 */
import { MobileError } from "../errors.ts";

/**
 * The most elements that may be read for each byte of the file. Valid files need far fewer, even if their parts are
 * shared.
 */
const READS_PER_BYTE = 4;
/** Further reads that are allowed for a file of any size. */
const FREE_READS = 4096;

/** A file's bytes, read within bounds. */
class Bytes {
  readonly length: number;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #reads = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.length = bytes.length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Checks that `count` bytes from `position` are in the file, and returns `position`; throws MobileError MODEL_CORRUPT
   * otherwise.
   */
  #within(position: number, count: number): number {
    if (++this.#reads > this.length * READS_PER_BYTE + FREE_READS) {
      throw this.corrupt("its parts refer to each other too often", position);
    }
    if (position >= 0 && count >= 0 && position + count <= this.length) return position;
    throw this.corrupt(`it points at ${count} bytes outside of its ${this.length}`, position);
  }

  corrupt(reason: string, position: number): MobileError {
    return new MobileError("MODEL_CORRUPT", `Cannot read the model as ${reason}: at byte ${position}`, {
      data: { position },
    });
  }

  int8(position: number): number {
    return this.#view.getInt8(this.#within(position, 1));
  }

  uint8(position: number): number {
    return this.#view.getUint8(this.#within(position, 1));
  }

  uint16(position: number): number {
    return this.#view.getUint16(this.#within(position, 2), true);
  }

  int32(position: number): number {
    return this.#view.getInt32(this.#within(position, 4), true);
  }

  uint32(position: number): number {
    return this.#view.getUint32(this.#within(position, 4), true);
  }

  float32(position: number): number {
    return this.#view.getFloat32(this.#within(position, 4), true);
  }

  int64(position: number): bigint {
    return this.#view.getBigInt64(this.#within(position, 8), true);
  }

  uint64(position: number): bigint {
    return this.#view.getBigUint64(this.#within(position, 8), true);
  }

  slice(position: number, count: number): Uint8Array {
    const from = this.#within(position, count);
    return this.#bytes.subarray(from, from + count);
  }
}

/** The types of scalars in tables and vectors. */
type Scalar = "int8" | "uint8" | "int32" | "uint32" | "float32";

const SCALAR_BYTES: Readonly<Record<Scalar, number>> = { int8: 1, uint8: 1, int32: 4, uint32: 4, float32: 4 };

/** A table: its fields are numbered by slots, and any field may be absent. */
export class FlatTable {
  readonly #bytes: Bytes;
  readonly #position: number;
  readonly #fields: number;
  readonly #fieldsEnd: number;

  private constructor(bytes: Bytes, position: number) {
    this.#bytes = bytes;
    this.#position = position;
    this.#fields = position - bytes.int32(position);
    const size = bytes.uint16(this.#fields);
    if (size < 4) throw bytes.corrupt("a table has no list of its fields", position);
    this.#fieldsEnd = this.#fields + size;
  }

  /** The root table of a file with this identifier. Throws MobileError MODEL_CORRUPT, as all methods do. */
  static root(data: Uint8Array, identifier: string): FlatTable {
    const bytes = new Bytes(data);
    const found = new TextDecoder("latin1").decode(bytes.slice(4, 4));
    if (found !== identifier) {
      throw bytes.corrupt(`it is no ${identifier} file: got ${JSON.stringify(found)} for its identifier`, 4);
    }
    return new FlatTable(bytes, bytes.uint32(0));
  }

  /** The position of a field, or undefined where it is absent. */
  #at(slot: number): number | undefined {
    const entry = this.#fields + 4 + 2 * slot;
    if (entry + 2 > this.#fieldsEnd) return undefined;
    const offset = this.#bytes.uint16(entry);
    return offset === 0 ? undefined : this.#position + offset;
  }

  /** Whether a field is present. */
  has(slot: number): boolean {
    return this.#at(slot) !== undefined;
  }

  /** Where it is in the file, in bytes. */
  get position(): number {
    return this.#position;
  }

  /** The position in the file of what a field refers to: a table, a vector, a text. Throws MobileError MODEL_CORRUPT where it is absent. */
  referredPosition(slot: number): number {
    const position = this.numberPosition(slot);
    return position + this.#bytes.uint32(position);
  }

  /** The position of a number in the file. Throws MobileError MODEL_CORRUPT where it is absent. */
  numberPosition(slot: number): number {
    const position = this.#at(slot);
    if (position !== undefined) return position;
    throw this.corrupt("a number is missing");
  }

  /** The position in the file of the first element of a vector of 32-bit integers. */
  vectorPosition(slot: number): number {
    return this.#vector(slot, 4)[0];
  }

  /** A number; `absent` where the field is absent, because FlatBuffers does not store default values. */
  scalar(slot: number, type: Scalar, absent = 0): number {
    const position = this.#at(slot);
    return position === undefined ? absent : this.#bytes[type](position);
  }

  /** An unsigned 64-bit integer that must be exact in float64; 0 where it is absent. */
  uint64(slot: number): number {
    const position = this.#at(slot), value = position === undefined ? 0n : this.#bytes.uint64(position);
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    throw this.#bytes.corrupt("a size is larger than any file", this.#position);
  }

  /** The position of the first element of a vector, and its length; length 0 where it is absent. */
  #vector(slot: number, elementBytes: number): readonly [start: number, length: number] {
    const position = this.#at(slot);
    if (position === undefined) return [0, 0];
    const start = position + this.#bytes.uint32(position), length = this.#bytes.uint32(start);
    this.#bytes.slice(start + 4, length * elementBytes);
    return [start + 4, length];
  }

  /** A vector of numbers. */
  scalars(slot: number, type: Scalar): number[] {
    const bytes = SCALAR_BYTES[type], [start, length] = this.#vector(slot, bytes);
    return Array.from({ length }, (_, index) => this.#bytes[type](start + index * bytes));
  }

  /** A vector of 64-bit integers. */
  int64s(slot: number): bigint[] {
    const [start, length] = this.#vector(slot, 8);
    return Array.from({ length }, (_, index) => this.#bytes.int64(start + index * 8));
  }

  /** A vector of bytes, as a view. */
  bytes(slot: number): Uint8Array {
    const [start, length] = this.#vector(slot, 1);
    return this.#bytes.slice(start, length);
  }

  /** `count` bytes of the file from a position on, as a view. */
  fileBytes(position: number, count: number): Uint8Array {
    return this.#bytes.slice(position, count);
  }

  /** A string; empty where it is absent. */
  string(slot: number): string {
    return new TextDecoder().decode(this.bytes(slot));
  }

  /** A table, or undefined where it is absent. */
  table(slot: number): FlatTable | undefined {
    const position = this.#at(slot);
    return position === undefined ? undefined : new FlatTable(this.#bytes, position + this.#bytes.uint32(position));
  }

  /** A vector of tables. */
  tables(slot: number): FlatTable[] {
    const [start, length] = this.#vector(slot, 4);
    return Array.from({ length }, (_, index) => {
      const position = start + index * 4;
      return new FlatTable(this.#bytes, position + this.#bytes.uint32(position));
    });
  }

  /** Creates an error that says that the file is damaged at this table. */
  corrupt(reason: string): MobileError {
    return this.#bytes.corrupt(reason, this.#position);
  }
}
