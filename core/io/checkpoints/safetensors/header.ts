/** Reads the header of a safetensors file: JSON of one shape, read strictly, with every name once. */
import { type ByteSource, refuse } from "../byte_source.ts";
import { shown } from "../error.ts";
import { MOST_DIMENSIONS, MOST_TENSORS } from "../limits.ts";

/** What a header tells of a tensor. */
export interface TensorRecord {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** From which byte after the header to which one, the last excluded. */
  readonly offsets: readonly number[];
}

/** The field of a header that holds the writer's remarks. */
const METADATA = "__metadata__";
const FIELDS = ["dtype", "shape", "data_offsets"];

/** Goes through the header's bytes. */
class HeaderReader {
  readonly #bytes: Uint8Array;
  readonly #source: ByteSource;
  #at = 0;

  constructor(source: ByteSource, bytes: Uint8Array) {
    this.#source = source;
    this.#bytes = bytes;
  }

  fail(rule: string, kind: "corrupt" | "too-large" = "corrupt"): never {
    return refuse(this.#source, kind, `in its header ${rule}, at byte ${this.#at + 8}`);
  }

  /** The next character that is no white space. */
  #peek(): string {
    while ([0x20, 0x0a, 0x0d, 0x09].includes(this.#bytes[this.#at]!)) this.#at++;
    return this.#at < this.#bytes.length ? String.fromCharCode(this.#bytes[this.#at]!) : "";
  }

  /** Skips a character if it is the next one. */
  skips(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  expect(character: string): void {
    if (!this.skips(character)) this.fail(`a ${character} follows: got ${shown(this.#peek())}`);
  }

  end(): void {
    if (this.#peek() !== "") this.fail("nothing but spaces follow the last tensor");
  }

  string(): string {
    this.expect('"');
    const start = this.#at - 1;
    while (this.#bytes[this.#at] !== 0x22) {
      if (this.#at >= this.#bytes.length) this.fail("strings end");
      this.#at += this.#bytes[this.#at] === 0x5c ? 2 : 1;
    }
    this.#at++;
    try {
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(this.#bytes.subarray(start, this.#at)));
    } catch {
      return this.fail("strings are JSON in UTF-8");
    }
  }

  count(): number {
    this.#peek();
    let digits = "";
    while (this.#bytes[this.#at]! >= 0x30 && this.#bytes[this.#at]! <= 0x39 && digits.length < 17) {
      digits += String.fromCharCode(this.#bytes[this.#at++]!);
    }
    const value = Number(digits);
    if (digits === "" || !Number.isSafeInteger(value)) this.fail("sizes are integers from 0 to 2^53");
    return value;
  }

  counts(): number[] {
    const counts: number[] = [];
    this.expect("[");
    while (!this.skips("]")) {
      if (counts.length > 0) this.expect(",");
      if (counts.length === MOST_DIMENSIONS) this.fail(`there are at most ${MOST_DIMENSIONS} dimensions`, "too-large");
      counts.push(this.count());
    }
    return counts;
  }

  /** Calls `field` for every name of an object. Names are unique; Object.fromEntries would keep the last of two. */
  object(field: (name: string) => void): void {
    const names = new Set<string>();
    this.expect("{");
    while (!this.skips("}")) {
      if (names.size > 0) this.expect(",");
      if (names.size === MOST_TENSORS) this.fail(`there are at most ${MOST_TENSORS} tensors`, "too-large");
      const name = this.string();
      if (names.has(name)) this.fail(`names are unique: got ${shown(name)} twice`);
      names.add(name);
      this.expect(":");
      field(name);
    }
  }

  record(name: string): TensorRecord {
    let dtype: string | undefined, shape: number[] | undefined, offsets: number[] | undefined;
    this.object((field) => {
      if (field === "dtype") dtype = this.string();
      else if (field === "shape") shape = this.counts();
      else if (field === "data_offsets") offsets = this.counts();
      else this.fail(`fields are ${FIELDS.join(", ")}: got ${shown(field)}`);
    });
    if (dtype !== undefined && shape && offsets?.length === 2) return { name, dtype, shape, offsets };
    return this.fail(`a tensor has ${FIELDS.join(", ")}: ${shown(name)} has not`);
  }
}

/** The tensors of a header, in its order. Throws CheckpointError for anything else than a header. */
export function parseHeader(source: ByteSource, bytes: Uint8Array): TensorRecord[] {
  const reader = new HeaderReader(source, bytes), records: TensorRecord[] = [];
  reader.object((name) => {
    if (name === METADATA) reader.object(() => void reader.string());
    else records.push(reader.record(name));
  });
  reader.end();
  return records;
}
