/** Files behind a model, as `TFLITE_METADATA` has them: the model's bytes are followed by a zip archive. */
import { crc32, inflateRawSync } from "node:zlib";

/** What the parts of an archive begin with, as a little-endian number. */
const signatures = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 } as const;
/** The bytes of the parts without the texts behind them. */
const lengths = { local: 30, central: 46, end: 22 } as const;
/** How a file is compressed: by DEFLATE, the one way beside none. */
const DEFLATE = 8;
/** The most bytes of a file: one of labels is far smaller. */
const MOST_BYTES = 1 << 24;
/** The longest comment behind an archive. */
const LONGEST_COMMENT = 0xffff;

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
  const local = packed([[4, signatures.local], ...fields]), start = model.length;
  // comment, disk, attributes of two kinds, then where the local header is
  const central = packed([[4, signatures.central], [2, 10], ...fields, [2, 0], [2, 0], [2, 0], [4, 0], [4, start]]);
  const directory = start + local.length + name.length + content.length;
  const end = packed([[4, signatures.end], [2, 0], [2, 0], [2, 1], [2, 1], [4, central.length + name.length], [
    4,
    directory,
  ], [2, 0]]);
  const parts = [model, local, name, content, central, name, end];
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (file.set(part, at), at + part.length), 0);
  return file;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** Where the archive's last part begins; undefined where there is no archive. */
function endOf(view: DataView): number | undefined {
  const last = view.byteLength - lengths.end, first = Math.max(0, last - LONGEST_COMMENT);
  for (let at = last; at >= first; at--) if (view.getUint32(at, true) === signatures.end) return at;
  return undefined;
}

/** What one header in the archive's list says: name, way of compression, and where the content is. */
function entryAt(bytes: Uint8Array, at: number) {
  const view = viewOf(bytes);
  const [nameBytes, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const start = at + lengths.central, local = view.getUint32(at + 42, true);
  const skipped = view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const from = local + lengths.local + skipped, length = view.getUint32(at + 20, true);
  return {
    name: new TextDecoder().decode(bytes.subarray(start, start + nameBytes!)),
    method: view.getUint16(at + 10, true),
    content: bytes.subarray(from, from + length),
    next: start + nameBytes! + extra! + comment!,
  };
}

/** The file of this name behind a model; undefined where there is none, or the archive is damaged. */
export function associatedFile(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const view = viewOf(bytes), end = endOf(view);
  if (end === undefined) return undefined;
  try {
    let at = view.getUint32(end + 16, true);
    for (let left = view.getUint16(end + 10, true); left > 0; left--) {
      if (view.getUint32(at, true) !== signatures.central) return undefined;
      const { name: found, method, content, next } = entryAt(bytes, at);
      if (found === name) {
        return method === DEFLATE ? inflateRawSync(content, { maxOutputLength: MOST_BYTES }) : content;
      }
      at = next;
    }
  } catch {
    return undefined;
  }
  return undefined;
}
