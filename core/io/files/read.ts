/** Reading files of a bounded size. What is no regular file is refused before it is opened, as a pipe may never end. */
import { asFileError, FileError } from "./error.ts";

const KIB = 2 ** 10, MIB = 2 ** 20;

/** The most bytes of each kind of file. */
export const fileLimits = {
  /** Structures, one a line. */
  structures: 64 * MIB,
  /** A benchmark's data, CSV or JSON. */
  table: 256 * MIB,
  /** A configuration or a space. */
  yaml: 4 * MIB,
  /** Source text, of proxies and spaces of a user's own. */
  module: 16 * MIB,
  /** TensorFlow Lite; its offsets have 31 bits. */
  model: 2048 * MIB - 1,
  /** A program for a phone. */
  program: 512 * MIB,
  /** A picture, compressed. */
  image: 256 * MIB,
  /** A calibration of latencies. */
  calibration: 64 * MIB,
  /** Names of classes, one a line. */
  labels: 16 * MIB,
  /** A key, or a note of what was changed on a phone. */
  record: 64 * KIB,
} as const;

/** What a file holds, which decides how large it may be. */
export type FileKind = keyof typeof fileLimits;

/** A size in words; whole numbers of KiB or MiB as such. */
function sizeInWords(bytes: number): string {
  if (bytes >= MIB) return `${Math.round(bytes / MIB)} MiB`;
  return bytes >= KIB ? `${Math.round(bytes / KIB)} KiB` : `${bytes} bytes`;
}

function tooLarge(path: string, kind: FileKind, got: string): FileError {
  return new FileError("read", path, { reason: `it may have at most ${sizeInWords(fileLimits[kind])}: got ${got}` });
}

/**
 * Throws FileError unless there is a regular file of at most the size of its kind. For what reads files by itself, such as
 * the loader of modules; {@link readBytes} and {@link readText} check first.
 */
export function checkFile(path: string, kind: FileKind): void {
  const { isFile, isDirectory, size } = statOf(path);
  if (isDirectory) throw new FileError("read", path, { reason: "it must be a file: got a directory" });
  if (!isFile) {
    throw new FileError("read", path, { reason: "it must be a regular file: got a pipe, socket or device" });
  }
  if (size > fileLimits[kind]) throw tooLarge(path, kind, sizeInWords(size));
}

function statOf(path: string): Deno.FileInfo {
  try {
    return Deno.statSync(path);
  } catch (cause) {
    throw asFileError("read", path, cause);
  }
}

/** The bytes of a stream, at most as many as a file of its kind may have. Throws FileError, with `name` for its path. */
export async function readStream(stream: AsyncIterable<Uint8Array>, kind: FileKind, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > fileLimits[kind]) throw tooLarge(name, kind, "more");
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  }
  return await new Blob(chunks).bytes();
}

/** The text that comes through standard input, in UTF-8. Throws FileError. */
export async function readStdin(kind: FileKind): Promise<string> {
  return decoded(await readStream(Deno.stdin.readable, kind, "standard input"));
}

/** The bytes of a regular file. Throws FileError. */
export async function readBytes(path: string, kind: FileKind): Promise<Uint8Array> {
  checkFile(path, kind);
  try {
    // Some files of the system say that they are empty, and are not: so what is read is counted too.
    using file = await Deno.open(path);
    return await readStream(file.readable, kind, path);
  } catch (cause) {
    throw asFileError("read", path, cause);
  }
}

/** The text of a regular file in UTF-8. Throws FileError. */
export async function readText(path: string, kind: FileKind): Promise<string> {
  return decoded(await readBytes(path, kind));
}

/** The text of a regular file in UTF-8, at once. Throws FileError. */
export function readTextSync(path: string, kind: FileKind): string {
  checkFile(path, kind);
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    throw asFileError("read", path, cause);
  }
}

const decoded = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
