/** Bytes of a file by their positions: nothing is read before it is asked for. */
import { CheckpointError, type CheckpointErrorKind } from "./error.ts";

/** Bytes that are read by position. */
export interface ByteSource {
  /** The file's path, for messages. */
  readonly path: string;
  /** How many bytes there are. */
  readonly bytes: number;
  /** Fills `into` with the bytes from `position` on. Throws CheckpointError `truncated`. */
  read(position: number, into: Uint8Array): void;
}

/** Throws CheckpointError: "Cannot read `path` as `what`". */
export function refuse(source: ByteSource, kind: CheckpointErrorKind, what: string, names?: readonly string[]): never {
  throw new CheckpointError(kind, `Cannot read ${source.path} as ${what}`, {
    path: source.path,
    ...(names && { names }),
  });
}

/** Throws CheckpointError `truncated` where a range does not lie in the source. */
function checkRange(source: ByteSource, position: number, count: number): void {
  if (position >= 0 && position + count <= source.bytes) return;
  refuse(source, "truncated", `it has bytes ${position} … ${position + count}: got ${source.bytes} bytes`);
}

/** A file that is open for reading. */
export class FileSource implements ByteSource, Disposable {
  readonly path: string;
  readonly bytes: number;
  readonly #file: Deno.FsFile;

  /** Opens a file. Throws CheckpointError `format` for anything but a regular file, and Deno's errors. */
  constructor(path: string) {
    const { isFile, size } = Deno.statSync(path); // before it is opened: opening a pipe would wait for its writer
    this.path = path;
    this.bytes = size;
    if (!isFile) refuse(this, "format", "weights are in a regular file: got a directory or a device");
    this.#file = Deno.openSync(path);
  }

  read(position: number, into: Uint8Array): void {
    checkRange(this, position, into.length);
    this.#file.seekSync(position, Deno.SeekMode.Start);
    for (let filled = 0; filled < into.length;) {
      const count = this.#file.readSync(into.subarray(filled));
      if (count === null) refuse(this, "truncated", `it has ${this.bytes} bytes: it became shorter while it was read`);
      filled += count;
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Bytes in memory, read as a file is. */
export class MemorySource implements ByteSource {
  readonly path: string;
  readonly bytes: number;
  readonly #content: Uint8Array;

  constructor(content: Uint8Array, path: string) {
    this.#content = content;
    this.path = path;
    this.bytes = content.length;
  }

  read(position: number, into: Uint8Array): void {
    checkRange(this, position, into.length);
    into.set(this.#content.subarray(position, position + into.length));
  }
}

/** The bytes of a range, copied. The caller has checked that so many are allowed. */
export function bytesAt(source: ByteSource, position: number, count: number): Uint8Array<ArrayBuffer> {
  checkRange(source, position, count); // before they are allocated
  const bytes = new Uint8Array(count);
  source.read(position, bytes);
  return bytes;
}

/** A range's bytes as numbers, little-endian. */
export function viewAt(source: ByteSource, position: number, count: number): DataView {
  return new DataView(bytesAt(source, position, count).buffer);
}

/** A 64-bit unsigned integer as a number. Throws CheckpointError `too-large` beyond 2^53. */
export function uint64(source: ByteSource, view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse(source, "too-large", `sizes fit into 53 bits: got ${value}`);
  return Number(value);
}
