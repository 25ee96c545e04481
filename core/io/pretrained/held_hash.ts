/** The SHA-256 of a file, recorded beside it when it is first seen, and compared ever after. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { readText } from "../files/read.ts";
import { replaceFile } from "../files/write.ts";
import { FetchError } from "./error.ts";

/** The SHA-256 of a file, in hexadecimal. It is read piece by piece. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(2 ** 20);
  for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
    hash.update(buffer.subarray(0, read));
  }
  return hash.digest("hex");
}

/** Where the hash of a file is recorded, as `sha256sum` writes it. */
const recordOf = (path: string): string => `${path}.sha256`;

/** The recorded hash of a file; undefined where there is no record, or none that can be read as one. */
async function recordedHash(path: string): Promise<string | undefined> {
  const text = await readText(recordOf(path), "record").catch(() => "");
  return /^([0-9a-f]{64})\b/.exec(text)?.[1];
}

/**
 * The hash of what is, or is to become, the file at a path; it is recorded where none was. Throws FetchError `changed`
 * where the record has another.
 */
export async function heldHash(path: string, { content }: { readonly content: string }): Promise<string> {
  const hash = await fileHash(content), recorded = await recordedHash(path);
  if (recorded === undefined) replaceFile(recordOf(path), `${hash}  ${basename(path)}\n`);
  if (recorded === undefined || recorded === hash) return hash;
  const message = `Cannot use ${path} as its SHA-256 must stay what it was at first, ${recorded}: got ${hash}`;
  throw new FetchError("changed", message, { path });
}
