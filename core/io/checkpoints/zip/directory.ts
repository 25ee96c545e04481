/** The directory of a zip file whose entries are stored without compression, as PyTorch writes them. */
import { bytesAt, type ByteSource, refuse, uint64, viewAt } from "../byte_source.ts";
import { shown } from "../error.ts";
import { MOST_DIRECTORY_BYTES, MOST_TENSORS } from "../limits.ts";
import { Storage } from "../stored_tensor.ts";
import { END, END64, ENTRY, FULL_16, FULL_32, LOCAL, LOCATOR64, SIGNATURES, ZIP64_EXTRA } from "./records.ts";

/** A file within a zip. */
interface Entry {
  readonly name: string;
  readonly bytes: number;
  /** Undefined where the writer computed none. */
  readonly crc: number | undefined;
  /** Where its own header starts. */
  readonly header: number;
}

/** Where the directory is. */
interface Directory {
  readonly position: number;
  readonly bytes: number;
  readonly entries: number;
}

/** The end record's position: at most 64 KiB of comment follow it. */
function findEnd(source: ByteSource): { readonly end: DataView; readonly position: number } {
  const count = Math.min(source.bytes, END.bytes + FULL_16), start = source.bytes - count;
  const tail = viewAt(source, start, count);
  for (let at = count - END.bytes; at >= 0; at--) {
    if (tail.getUint32(at, true) !== SIGNATURES.end) continue;
    if (tail.getUint16(at + END.commentLength, true) !== count - at - END.bytes) continue;
    return { end: new DataView(tail.buffer, at, END.bytes), position: start + at };
  }
  return refuse(source, "truncated", "a zip ends with its directory: got none");
}

/** The directory, as the 64-bit end record tells it where there is one. */
function findDirectory(source: ByteSource): Directory & { readonly limit: number } {
  const { end, position } = findEnd(source), locator = position - LOCATOR64.bytes;
  if (locator >= 0) {
    const view = viewAt(source, locator, LOCATOR64.bytes);
    if (view.getUint32(0, true) === SIGNATURES.locator64) {
      return directory64(source, uint64(source, view, LOCATOR64.position));
    }
  }
  return {
    entries: end.getUint16(END.entries, true),
    bytes: end.getUint32(END.directoryBytes, true),
    position: end.getUint32(END.directory, true),
    limit: position,
  };
}

function directory64(source: ByteSource, position: number): Directory & { readonly limit: number } {
  const view = viewAt(source, position, END64.bytes);
  if (view.getUint32(0, true) !== SIGNATURES.end64) {
    refuse(source, "corrupt", `the 64-bit end record is at byte ${position}: got something else`);
  }
  return {
    entries: uint64(source, view, END64.entries),
    bytes: uint64(source, view, END64.directoryBytes),
    position: uint64(source, view, END64.directory),
    limit: position,
  };
}

function checkDirectory(source: ByteSource, { entries, bytes, position, limit }: Directory & { limit: number }): void {
  if (bytes > MOST_DIRECTORY_BYTES) {
    refuse(source, "too-large", `a zip's directory has at most ${MOST_DIRECTORY_BYTES} bytes: got ${bytes}`);
  }
  if (entries > MOST_TENSORS) refuse(source, "too-large", `a zip has at most ${MOST_TENSORS} entries: got ${entries}`);
  if (position + bytes > limit) {
    refuse(source, "corrupt", `the directory ends by byte ${limit}: got byte ${position + bytes}`);
  }
}

/** Sizes and position of an entry, from the 64-bit extra field where the record has no room for them. */
function wideFields(source: ByteSource, record: DataView, extra: DataView): number[] {
  const fields = [ENTRY.bytes, ENTRY.storedBytes, ENTRY.header].map((at) => record.getUint32(at, true));
  const wide = wideExtra(extra);
  let at = 0;
  return fields.map((value) => {
    if (value !== FULL_32) return value;
    if (!wide || at + 8 > wide.byteLength) {
      refuse(source, "corrupt", "a 64-bit size is in the entry's extra field: got none");
    }
    at += 8;
    return uint64(source, wide, at - 8);
  });
}

function wideExtra(extra: DataView): DataView | undefined {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const id = extra.getUint16(at, true), bytes = extra.getUint16(at + 2, true);
    if (at + 4 + bytes > extra.byteLength) return undefined;
    if (id === ZIP64_EXTRA) return new DataView(extra.buffer, extra.byteOffset + at + 4, bytes);
    at += 4 + bytes;
  }
  return undefined;
}

/** One record of the directory, and where the next one starts. */
function entryAt(
  source: ByteSource,
  directory: DataView,
  at: number,
): { readonly entry: Entry; readonly next: number } {
  const part = (start: number, count: number): DataView => {
    if (start + count <= directory.byteLength) return new DataView(directory.buffer, start, count);
    return refuse(source, "corrupt", `the zip's directory has ${directory.byteLength} bytes: got an entry beyond`);
  };
  const record = part(at, ENTRY.fixedBytes);
  if (record.getUint32(0, true) !== SIGNATURES.entry) {
    refuse(source, "corrupt", `the zip's directory has an entry at its byte ${at}: got something else`);
  }
  const lengths = [ENTRY.nameLength, ENTRY.extraLength, ENTRY.commentLength].map((field) =>
    record.getUint16(field, true)
  );
  const [nameLength, extraLength, commentLength] = lengths as [number, number, number];
  const name = new TextDecoder().decode(part(at + ENTRY.fixedBytes, nameLength));
  const extra = part(at + ENTRY.fixedBytes + nameLength, extraLength);
  const [bytes, storedBytes, header] = wideFields(source, record, extra) as [number, number, number];
  checkStored(source, record, { name, bytes, storedBytes });
  const crc = record.getUint32(ENTRY.crc, true) || undefined; // PyTorch writes 0 where it was told to compute none
  return {
    entry: { name, bytes, crc, header },
    next: at + ENTRY.fixedBytes + nameLength + extraLength + commentLength,
  };
}

function checkStored(
  source: ByteSource,
  record: DataView,
  entry: { name: string; bytes: number; storedBytes: number },
) {
  const method = record.getUint16(ENTRY.method, true), name = shown(entry.name);
  if (record.getUint16(ENTRY.flags, true) & 1) refuse(source, "unsupported", `no entry is encrypted: got ${name}`);
  if (method !== 0) {
    refuse(
      source,
      "unsupported",
      `entries are stored without compression, as torch.save does: got ${name} by method ${method}`,
    );
  }
  if (entry.bytes !== entry.storedBytes) {
    refuse(source, "corrupt", `${name} is stored as it is: got sizes ${entry.bytes} and ${entry.storedBytes}`);
  }
}

/** Where an entry's bytes start: after its own header, whose lengths differ from those in the directory. */
function contentPosition(source: ByteSource, { name, header }: Entry): number {
  const view = viewAt(source, header, LOCAL.fixedBytes);
  if (view.getUint32(0, true) !== SIGNATURES.local) {
    refuse(source, "corrupt", `${shown(name)} has a header at byte ${header}: got something else`);
  }
  return header + LOCAL.fixedBytes + view.getUint16(LOCAL.nameLength, true) + view.getUint16(LOCAL.extraLength, true);
}

/** Throws where two entries share bytes, or one shares them with the directory, so that no byte is told twice. */
function checkApart(
  source: ByteSource,
  ranges: readonly { name: string; start: number; end: number }[],
  limit: number,
) {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  sorted.forEach(({ name, end }, index) => {
    const next = sorted[index + 1]?.start ?? limit;
    if (end > next) {
      refuse(source, "corrupt", `${shown(name)} ends by byte ${next}, where the next starts: got byte ${end}`);
    }
  });
}

/**
 * The entries of a zip by name. Nothing of their content is read yet. Throws CheckpointError for a directory that
 * contradicts itself, compressed or encrypted entries, entries that overlap, and names that are not unique.
 */
export function readZipDirectory(
  source: ByteSource,
): Map<string, { readonly position: number; readonly storage: Storage }> {
  const directory = findDirectory(source);
  checkDirectory(source, directory);
  const view = new DataView(bytesAt(source, directory.position, directory.bytes).buffer);
  const entries = new Map<string, { readonly position: number; readonly storage: Storage }>(), ranges = [];
  for (let index = 0, at = 0; index < directory.entries; index++) {
    const { entry, next } = entryAt(source, view, at), { name, bytes, crc, header } = entry;
    if (entries.has(name)) refuse(source, "corrupt", `names in a zip are unique: got ${shown(name)} twice`);
    const position = contentPosition(source, entry);
    ranges.push({ name, start: header, end: position + bytes });
    entries.set(name, { position, storage: new Storage(source, { position, bytes, crc }) });
    at = next;
  }
  checkApart(source, ranges, directory.position);
  return entries;
}
