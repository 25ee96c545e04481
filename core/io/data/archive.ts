/** Reading gzip and tar as streams: nothing is written to disk, and no more is kept than what was asked for. */
import { DataSetError, dataSetError } from "./error.ts";

/** More than any published data set has; a file that unpacks to more is made to fill the memory. */
const MOST_UNPACKED = 1 << 30;
const BLOCK = 512;

/** Chunks of a file, unpacked where its name ends in gz. Throws DataSetError. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    const file = await Deno.open(path);
    const stream = /\.t?gz$/.test(path) ? file.readable.pipeThrough(new DecompressionStream("gzip")) : file.readable;
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > MOST_UNPACKED) throw new DataSetError(path, `it unpacks to more than ${MOST_UNPACKED} bytes`);
      yield chunk;
    }
  } catch (cause) {
    throw dataSetError(path, cause);
  }
}

/** The bytes of a file, unpacked where its name ends in gz. Throws DataSetError where they are more than `most`. */
export async function readPacked(path: string, most: number): Promise<Uint8Array> {
  const reader = new ByteReader(chunksOf(path)), chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let chunk = await reader.some(most); chunk.length > 0; chunk = await reader.some(most)) {
    bytes += chunk.length;
    if (bytes > most) throw new DataSetError(path, `it must hold at most ${most} bytes: got more`);
    chunks.push(chunk);
  }
  return joined(chunks, bytes);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Takes counted bytes from chunks. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** 1 … `most` bytes, or none at the end. */
  async some(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) return new Uint8Array();
      this.#rest = value;
    }
    const taken = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** `length` bytes in chunks, or fewer at the end. */
  async *take(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0;) {
      const chunk = await this.some(left);
      if (chunk.length === 0) return;
      left -= chunk.length;
      yield chunk;
    }
  }

  /** `length` bytes, or fewer at the end. */
  async exactly(length: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.take(length)) chunks.push(chunk);
    return joined(chunks, chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  }
}

/** Which members of an archive to keep. */
export interface MemberOptions {
  /** Their whole names. */
  readonly names: readonly string[];
  /** The most bytes of one. */
  readonly most: number;
}

/**
 * Members of a tar file by name, those of `names` that are in it; names are compared, never opened. The file is read to
 * its end, so that gzip's own checksum holds. Throws DataSetError for what is no tar file, is truncated, or claims more
 * than it may.
 */
export async function readMembers(path: string, { names, most }: MemberOptions): Promise<Map<string, Uint8Array>> {
  const reader = new ByteReader(chunksOf(path)), members = new Map<string, Uint8Array>(), wanted = new Set(names);
  for (let member = await nextMember(reader, path); member; member = await nextMember(reader, path)) {
    const { name, size, isFile } = member, padding = (BLOCK - size % BLOCK) % BLOCK;
    if (isFile && wanted.has(name)) {
      if (size > most) throw new DataSetError(path, `${name} must be at most ${most} bytes: got ${size}`);
      const bytes = await reader.exactly(size);
      if (bytes.length < size) throw new DataSetError(path, `it ends within ${name}`);
      members.set(name, bytes);
    } else await skip(reader, size, path);
    await skip(reader, padding, path);
  }
  await drain(reader);
  return members;
}

async function skip(reader: ByteReader, length: number, path: string): Promise<void> {
  let skipped = 0;
  for await (const chunk of reader.take(length)) skipped += chunk.length;
  if (skipped < length) throw new DataSetError(path, "it ends within a member");
}

async function drain(reader: ByteReader): Promise<void> {
  while ((await reader.some(1 << 20)).length > 0);
}

interface Member {
  readonly name: string;
  readonly size: number;
  readonly isFile: boolean;
}

/** The next header (POSIX ustar); nothing at the end, or at the block of zeros that marks it. */
async function nextMember(reader: ByteReader, path: string): Promise<Member | undefined> {
  const block = await reader.exactly(BLOCK);
  if (block.every((byte) => byte === 0)) return undefined;
  if (block.length < BLOCK) throw new DataSetError(path, "it ends within a member's header, or it is no tar file");
  const text = (from: number, length: number): string =>
    new TextDecoder("latin1").decode(block.subarray(from, from + length)).replace(/\0[^]*/, "").trim();
  const size = octal(text(124, 12)), claimed = octal(text(148, 8));
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (claimed !== sum || size === undefined) {
    throw new DataSetError(path, "a member's header is damaged, or it is no tar file");
  }
  const prefix = text(257, 5) === "ustar" ? text(345, 155) : "", type = text(156, 1);
  return { name: `${prefix && `${prefix}/`}${text(0, 100)}`.replace(/^\.\//, ""), size, isFile: /^0?$/.test(type) };
}

function octal(text: string): number | undefined {
  return /^[0-7]+$/.test(text) ? parseInt(text, 8) : undefined;
}
