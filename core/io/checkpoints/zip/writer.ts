/** Writes zip files without compression, with 64-bit sizes throughout. */
import { crc32 } from "node:zlib";
import type { AtomicFile } from "../atomic_file.ts";
import { END, END64, ENTRY, FULL_16, FULL_32, LOCAL, LOCATOR64, SIGNATURES, ZIP64_EXTRA } from "./records.ts";

/** Entries start at multiples of this, as PyTorch's do: then they can be mapped into memory. */
const ALIGNMENT = 64;
/** The version of zip that has 64-bit sizes. */
const VERSION = 45;
/** Names are in UTF-8. */
const FLAGS = 0x800;
/** The first of January 1980, the earliest date that there is: the same bytes each time. */
const DATE = 0x21;
/** The extra field that PyTorch fills up with. */
const PADDING_EXTRA = 0x4246;

interface WrittenEntry {
  readonly name: Uint8Array;
  readonly bytes: number;
  readonly crc: number;
  readonly header: number;
}

/** A record's fields by their places; 16 bits unless they are told to be wider. */
class Fields {
  readonly view: DataView;

  constructor(bytes: number, signature: number) {
    this.view = new DataView(new ArrayBuffer(bytes));
    this.set32(0, signature);
  }

  set16(at: number, ...values: readonly number[]): this {
    values.forEach((value, index) => this.view.setUint16(at + 2 * index, value, true));
    return this;
  }

  set32(at: number, ...values: readonly number[]): this {
    values.forEach((value, index) => this.view.setUint32(at + 4 * index, value, true));
    return this;
  }

  set64(at: number, ...values: readonly number[]): this {
    values.forEach((value, index) => this.view.setBigUint64(at + 8 * index, BigInt(value), true));
    return this;
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.view.buffer);
  }
}

function wideExtra(...values: readonly number[]): Uint8Array {
  return new Fields(4 + 8 * values.length, 0).set16(0, ZIP64_EXTRA, 8 * values.length).set64(4, ...values).bytes;
}

/** An extra field that makes what follows `position` start at a multiple of {@link ALIGNMENT}. */
function paddingExtra(position: number): Uint8Array {
  const fill = (ALIGNMENT - (position + 4) % ALIGNMENT) % ALIGNMENT;
  return new Fields(4 + fill, 0).set16(0, PADDING_EXTRA, fill).bytes;
}

/** Writes the entries of a zip one after another. */
export class ZipWriter {
  readonly #file: AtomicFile;
  readonly #entries: WrittenEntry[] = [];

  /** A zip at the start of a file. */
  constructor(file: AtomicFile) {
    this.#file = file;
  }

  /** Adds an entry; `chunks` have `bytes` bytes in all. */
  async add(path: string, bytes: number, chunks: Iterable<Uint8Array>): Promise<void> {
    const name = new TextEncoder().encode(path), header = this.#file.bytes, wide = wideExtra(bytes, bytes);
    const padding = paddingExtra(header + LOCAL.fixedBytes + name.length + wide.length);
    const local = new Fields(LOCAL.fixedBytes, SIGNATURES.local).set16(4, VERSION, FLAGS, 0, 0, DATE)
      .set32(LOCAL.crc, 0, FULL_32, FULL_32).set16(LOCAL.nameLength, name.length, wide.length + padding.length);
    for (const part of [local.bytes, name, wide, padding]) await this.#file.write(part);
    let crc = 0;
    for (const chunk of chunks) {
      crc = crc32(chunk, crc);
      await this.#file.write(chunk);
    }
    this.#file.patch(header, local.set32(LOCAL.crc, crc).bytes);
    this.#entries.push({ name, bytes, crc, header });
  }

  /** Writes the directory. */
  async end(): Promise<void> {
    const position = this.#file.bytes, entries = this.#entries.length;
    for (const entry of this.#entries) await this.#directoryEntry(entry);
    const end64 = this.#file.bytes, bytes = end64 - position;
    const records = [
      new Fields(END64.bytes, SIGNATURES.end64).set64(4, END64.bytes - 12).set16(12, VERSION, VERSION)
        .set64(24, entries, entries, bytes, position),
      new Fields(LOCATOR64.bytes, SIGNATURES.locator64).set64(LOCATOR64.position, end64).set32(16, 1),
      new Fields(END.bytes, SIGNATURES.end).set16(8, FULL_16, FULL_16).set32(END.directoryBytes, FULL_32, FULL_32),
    ];
    for (const record of records) await this.#file.write(record.bytes);
  }

  async #directoryEntry({ name, bytes, crc, header }: WrittenEntry): Promise<void> {
    const extra = wideExtra(bytes, bytes, header);
    const record = new Fields(ENTRY.fixedBytes, SIGNATURES.entry).set16(4, VERSION, VERSION, FLAGS, 0, 0, DATE)
      .set32(ENTRY.crc, crc, FULL_32, FULL_32).set16(ENTRY.nameLength, name.length, extra.length)
      .set32(ENTRY.header, FULL_32);
    for (const part of [record.bytes, name, extra]) await this.#file.write(part);
  }
}
