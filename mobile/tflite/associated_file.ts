/** Puts a file behind a model as `TFLITE_METADATA` wants it: the model's bytes are followed by a zip archive. */
import { crc32 } from "node:zlib";

/** The fields that an archive's two headers of a file share, from the needed version to the length of extra fields. */
function shared(name: Uint8Array, content: Uint8Array): number[][] {
  // [bytes, value]: version, flags, stored, time, date (1 January 1980, so that equal files have equal bytes), CRC, sizes
  const sizes = [[4, content.length], [4, content.length]];
  return [[2, 10], [2, 0], [2, 0], [2, 0], [2, 0x21], [4, crc32(content)], ...sizes, [2, name.length], [2, 0]];
}

function packed(fields: readonly (readonly number[])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [size, value] of fields) {
    for (let at = 0; at < size!; at++) bytes.push(Math.floor(value! / 256 ** at) % 256);
  }
  return Uint8Array.from(bytes);
}

/** The model with a file behind it, stored without compression. */
export function withAssociatedFile(
  model: Uint8Array,
  { name: text, content }: { readonly name: string; readonly content: Uint8Array },
): Uint8Array {
  const name = new TextEncoder().encode(text), fields = shared(name, content);
  const local = packed([[4, 0x04034b50], ...fields]), start = model.length;
  // comment, disk, attributes of two kinds, then where the local header is
  const central = packed([[4, 0x02014b50], [2, 10], ...fields, [2, 0], [2, 0], [2, 0], [4, 0], [4, start]]);
  const directory = start + local.length + name.length + content.length;
  const end = packed([[4, 0x06054b50], [2, 0], [2, 0], [2, 1], [2, 1], [4, central.length + name.length], [
    4,
    directory,
  ], [2, 0]]);
  const parts = [model, local, name, content, central, name, end];
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (file.set(part, at), at + part.length), 0);
  return file;
}
