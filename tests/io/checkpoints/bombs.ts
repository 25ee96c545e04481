/** Files that are made to take much memory or time: each is small for what it asks. */
import { bytesOf, legacyFile, legacyHead, little, safetensorsFile, stateOf, storages, tensor, text } from "./files.ts";

const MEGABYTE = 2 ** 20;

/** A part again and again. */
function repeated(part: string | Uint8Array, count: number): Uint8Array {
  const bytes = bytesOf(part), all = new Uint8Array(bytes.length * count);
  for (let index = 0; index < count; index++) all.set(bytes, index * bytes.length);
  return all;
}

/** Parts that differ by their number. */
function numbered(count: number, part: (index: number) => string | Uint8Array): Uint8Array {
  const parts = Array.from({ length: count }, (_, index) => bytesOf(part(index)));
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, bytes) => (all.set(bytes, at), at + bytes.length), 0);
  return all;
}

const one = storages(["0", 1, little(0, 4)]);

/** A pickle that starts like a file's content and never needs to end. */
const unended = (...parts: readonly (string | Uint8Array)[]): Uint8Array => bytesOf(legacyHead, "\x80\x02", ...parts);

/** Lists of two of the list before, 2^60 elements in 60 lists; the last one is left on the stack. */
const doubled = bytesOf(
  "]q\x000",
  numbered(60, (index) => bytesOf("](h", index, "h", index, "eq", index + 1, "0")),
  "h",
  60,
);

/** A zip's directory record for an empty file, and nothing that it points to. */
const record = (name: string): Uint8Array =>
  bytesOf("PK\x01\x02", repeated("\0", 24), little(name.length, 2), repeated("\0", 16), name);

function zipOf(directory: Uint8Array, entries: number): Uint8Array {
  const end64 = bytesOf("PK\x06\x06", little(44, 8), repeated("\0", 12), little(entries, 8), little(entries, 8));
  const local = bytesOf("PK\x03\x04", repeated("\0", 26)), place = bytesOf(little(directory.length, 8), little(30, 8));
  const locator = bytesOf("PK\x06\x07", repeated("\0", 4), little(30 + directory.length, 8), repeated("\0", 4));
  return bytesOf(local, directory, end64, place, locator, "PK\x05\x06", repeated("\xff", 16), "\0\0");
}

/** A bomb: its form, what it is, what reading it ends with, and its bytes, made when they are needed. */
export type Bomb = readonly [
  form: "pickle" | "zip" | "safetensors",
  what: string,
  outcome: string,
  make: () => Uint8Array,
];

/** All of them. */
export const bombs: readonly Bomb[] = [
  [
    "pickle",
    "lists within lists",
    "too-large",
    () => unended(repeated("]", 8 * MEGABYTE), repeated("a", 8 * MEGABYTE)),
  ],
  ["pickle", "tuples within tuples", "too-large", () => unended("N", repeated("\x85", 8 * MEGABYTE))],
  ["pickle", "dicts", "too-large", () => unended(repeated("}", 8 * MEGABYTE))],
  ["pickle", "marks", "too-large", () => unended(repeated("(", 16 * MEGABYTE))],
  ["pickle", "one value many times", "too-large", () => unended("N", repeated("2", 16 * MEGABYTE))],
  ["pickle", "one list, filled", "too-large", () => unended("]", repeated("K\x01a", 4 * MEGABYTE))],
  [
    "pickle",
    "one dict, filled",
    "too-large",
    () => unended("}", numbered(500_000, (index) => bytesOf("J", little(index, 4), "Ns"))),
  ],
  ["pickle", "floats", "too-large", () => unended("(", repeated("G12345678", 2 * MEGABYTE))],
  [
    "pickle",
    "long integers",
    "truncated",
    () => unended("(", repeated(bytesOf(0x8a, 255, repeated("\x7f", 255)), 40_000)),
  ],
  ["pickle", "empty strings", "too-large", () => unended("(", repeated("U\0", 8 * MEGABYTE))],
  [
    "pickle",
    "one long string",
    "truncated",
    () => unended("X", little(15 * MEGABYTE, 4), repeated("\xe2\x82\xac", 5 * MEGABYTE)),
  ],
  [
    "pickle",
    "one longer string",
    "too-large",
    () => unended("X", little(40 * MEGABYTE, 4), repeated("a", 40 * MEGABYTE)),
  ],
  [
    "pickle",
    "long bytes",
    "too-large",
    () => unended("(", repeated(bytesOf("B", little(MEGABYTE, 4), repeated("a", MEGABYTE)), 40)),
  ],
  ["pickle", "memos", "truncated", () => unended("N", numbered(500_000, (index) => bytesOf("r", little(index, 4))))],
  ["pickle", "a string of 2^60 bytes", "too-large", () => unended("\x8d", little(2 ** 60, 8))],
  ["pickle", "an integer of 2 GB", "too-large", () => unended("\x8b", little(2 ** 31, 4))],
  ["pickle", "calls", "too-large", () => unended("ccollections\nOrderedDict\nq\0", repeated("h\0)R", MEGABYTE))],
  [
    "pickle",
    "2^60 elements in 60 lists",
    "read",
    () => legacyFile(bytesOf("}(", text("a"), tensor(), text("b"), doubled, "u"), one),
  ],
  [
    "pickle",
    "2^60 elements under state_dict",
    "format",
    () => legacyFile(bytesOf("}", text("state_dict"), doubled, "s")),
  ],
  ["pickle", "a dict that contains itself", "format", () => legacyFile(bytesOf("}q\0", text("state_dict"), "h\0s"))],
  [
    "pickle",
    "a million dimensions",
    "too-large",
    () => unended("}", text("a"), "ctorch._utils\n_rebuild_tensor\n(NK\0(", repeated("K\x01", MEGABYTE), "t2tR"),
  ],
  ["pickle", "one value as 2^50", "too-large", () => legacyFile(stateOf({ shape: [2 ** 50], strides: [0] }), one)],
  ["pickle", "one value as 16 MB, many times", "too-large", () =>
    legacyFile(
      bytesOf("}(", numbered(500, (i) => bytesOf(text(`${i}`), tensor({ shape: [4 * MEGABYTE], strides: [0] }))), "u"),
      one,
    )],
  ["pickle", "far corners of a storage, many times", "too-large", () => {
    const corners = { elements: MEGABYTE, shape: [2, 2], strides: [1, MEGABYTE - 2] };
    const state = bytesOf("}(", numbered(1_000, (i) => bytesOf(text(`${i}`), tensor(corners))), "u");
    return legacyFile(state, storages(["0", MEGABYTE, new Uint8Array(4 * MEGABYTE)]));
  }],
  [
    "pickle",
    "one value in steps of nothing",
    "read",
    () => legacyFile(stateOf({ shape: new Array(22).fill(2), strides: new Array(22).fill(0) }), one),
  ],
  [
    "pickle",
    "keys of storages",
    "too-large",
    () => legacyFile(stateOf(), bytesOf("\x80\x02](", repeated("U\x010", MEGABYTE), "e.")),
  ],
  ["zip", "a directory of empty names", "too-large", () => zipOf(repeated(record(""), 350_000), 350_000)],
  [
    "zip",
    "a directory of 19,000 names",
    "corrupt",
    () => zipOf(numbered(19_000, (index) => record(`a/data/${index}`)), 19_000),
  ],
  ["zip", "a long directory", "too-large", () => zipOf(new Uint8Array(17 * MEGABYTE), 1)],
  ["zip", "a directory of 2^50 bytes", "too-large", () => bytesOf(zipOf(new Uint8Array(0), 2 ** 50))],
  ["zip", "comments that look like ends", "truncated", () => bytesOf("PK", repeated("PK\x05\x06", 20_000))],
  ["safetensors", "a header of 2^47 bytes", "truncated", () => bytesOf(little(2 ** 47, 8), "{")],
  ["safetensors", "a header of spaces", "read", () => safetensorsFile(`{${" ".repeat(15 * MEGABYTE)}}`)],
  ["safetensors", "a header of many tensors", "read", () =>
    safetensorsFile(
      `{${
        Array.from(
          { length: 19_999 },
          (_, index) => `"${index}":{"dtype":"U8","shape":[],"data_offsets":[${index},${index + 1}]}`,
        )
      }}`,
      new Uint8Array(19_999),
    )],
  [
    "safetensors",
    "a header of 200,000 remarks",
    "too-large",
    () => safetensorsFile(`{"__metadata__":{${Array.from({ length: 200_000 }, (_, index) => `"${index}":""`)}}}`),
  ],
  ["safetensors", "a header of braces", "corrupt", () => safetensorsFile(`{"a":${"{".repeat(15 * MEGABYTE)}`)],
  ["safetensors", "a name of 15 MB", "corrupt", () => safetensorsFile(`{"${"€".repeat(5 * MEGABYTE)}":1}`)],
  [
    "safetensors",
    "a shape of 5 million ones",
    "too-large",
    () => safetensorsFile(`{"a":{"shape":[${"1,".repeat(5 * MEGABYTE)}1]}}`),
  ],
];
