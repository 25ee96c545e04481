/** Every kind of damage has an error that names it. */
import assert from "node:assert/strict";
import { CheckpointError, openCheckpoint } from "@zennas/zennas";
import { TemporaryDirectory } from "../run_case.ts";
import {
  assertRefused,
  bytesOf,
  directoryRecords,
  fixture,
  legacyFile,
  legacyHead,
  little,
  patched,
  safetensorsFile,
  stateOf,
  storages,
  text,
} from "./files.ts";

const one = storages(["0", 1, little(0, 4)]);
const whole = fixture("whole.pt"), directory = directoryRecords(whole);
const end64 = whole.length - 98, end = whole.length - 22;
const two = '"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}';

type Refusal = readonly [content: Uint8Array, kind: CheckpointError["kind"], message: RegExp];

const refusals: Readonly<Record<string, Refusal>> = {
  "an empty file": [new Uint8Array(0), "format", /got an empty file/],
  "a page of text": [bytesOf("<!DOCTYPE html>"), "format", /starts with "<!DOCTYPE"/],
  "another pickle": [bytesOf("\x80\x02K\x01."), "format", /magic number/],
  "another protocol": [
    patched(legacyFile(stateOf(), one), 18, bytesOf(0xe8)),
    "unsupported",
    /protocol is 1001: got 1000/,
  ],
  "big-endian numbers": [
    patched(legacyFile(stateOf(), one), legacyHead.length - 3, bytesOf(0x89)),
    "unsupported",
    /big-endian/,
  ],
  "big-endian numbers in a zip": [
    bytesOf(...replaced(fixture("no_checksums.pt"), "little", "bigend")),
    "unsupported",
    /"bigend"/,
  ],
  "code": [fixture("code.pt"), "global", /the global "posix\.system"/],
  "code in the older form": [fixture("code.th"), "global", /the global "posix\.system"/],
  "a whole model": [fixture("model.pt"), "global", /torch\.nn\.modules\.container\.Sequential/],
  "code by STACK_GLOBAL": [legacyFile(bytesOf(text("os"), text("system"), "\x93")), "global", /"os\.system"/],
  "code by INST": [legacyFile(bytesOf("(ios\nsystem\n")), "corrupt", /got 0x69/],
  "a call of what makes nothing": [
    legacyFile(bytesOf("ctorch\nFloatStorage\n)R")),
    "corrupt",
    /only globals that make/,
  ],
  "a filled OrderedDict": [legacyFile(bytesOf("ccollections\nOrderedDict\n(]tR")), "unsupported", /made empty/],
  "complex numbers": [fixture("complex.pt"), "dtype", /ComplexFloatStorage/],
  "quantised numbers": [fixture("quantised.pt"), "dtype", /_rebuild_qtensor/],
  "float8": [fixture("float8.pt"), "dtype", /float8_e4m3fn/],
  "complex numbers in safetensors": [
    safetensorsFile('{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}', new Uint8Array(8)),
    "dtype",
    /"C64"/,
  ],
  "two state dicts": [fixture("two.pt"), "format", /tensors under "model", "ema"/],
  "no tensors": [legacyFile(bytesOf("}", text("lr"), "K\x01s")), "format", /the keys "lr"/],
  "a tensor alone": [legacyFile(bytesOf("]"), one), "format", /a dict of tensors/],
  "an empty stack": [legacyFile(bytesOf("0")), "corrupt", /on the stack/],
  "a value below a mark": [legacyFile(bytesOf("](0")), "corrupt", /on the stack/],
  "no mark": [legacyFile(bytesOf("]e")), "corrupt", /a mark is set/],
  "an unknown memo": [legacyFile(bytesOf("h\x05")), "corrupt", /recalled: got 5/],
  "an item without a dict": [legacyFile(bytesOf("]K\x01K\x02s")), "corrupt", /only mappings/],
  "a long number": [
    legacyFile(bytesOf(0x8b, little(300, 4), new Uint8Array(300))),
    "corrupt",
    /at most 256 bytes: got 300/,
  ],
  "letters for digits": [legacyFile(bytesOf("Ix\n")), "corrupt", /spelled in digits/],
  "an endless line": [legacyFile(bytesOf("I", "1".repeat(300))), "too-large", /a line ends within 256/],
  "a tensor of another object": [
    legacyFile(bytesOf("ctorch._utils\n_rebuild_tensor\n(K\x00K\x00))tR")),
    "corrupt",
    /a tensor has a storage/,
  ],
  "negative strides": [legacyFile(stateOf({ strides: [-1] }), one), "corrupt", /an offset, a shape and strides/],
  "unequal ranks": [legacyFile(stateOf({ strides: [1, 1] }), one), "corrupt", /an offset, a shape and strides/],
  "65 dimensions": [
    legacyFile(stateOf({ shape: new Array(65).fill(1), strides: new Array(65).fill(1) }), one),
    "corrupt",
    /an offset, a shape and strides/,
  ],
  "a tensor beyond its storage": [legacyFile(stateOf({ offset: 1 }), one), "corrupt", /"a" lies in 4 bytes: got 8/],
  "a stride beyond its storage": [
    legacyFile(stateOf({ shape: [2], strides: [2 ** 52] }), one),
    "corrupt",
    /"a" lies in 4 bytes: got/,
  ],
  "a tensor of 2^60 elements": [
    legacyFile(stateOf({ shape: [2 ** 30, 2 ** 30], strides: [0, 0] }), one),
    "too-large",
    /no more elements than the file has bytes/,
  ],
  "a storage that is missing": [legacyFile(stateOf()), "truncated", /a storage for "a": got none/],
  "a storage that is too short": [legacyFile(stateOf({ elements: 2 }), one), "truncated", /has 8 bytes: got 4/],
  "a storage that ends early": [
    legacyFile(stateOf(), storages(["0", 1, little(0, 2)])),
    "truncated",
    /storage "0" has 4/,
  ],
  "a storage of 2^60 elements": [legacyFile(stateOf(), storages(["0", 2 ** 60, little(0, 4)])), "too-large", /53 bits/],
  "a storage of no tensor": [legacyFile(stateOf(), storages(["9", 1, little(0, 4)])), "corrupt", /belongs to a tensor/],
  "a pickle that ends early": [legacyFile(stateOf()).slice(0, 100), "truncated", /follow byte/],
  "a zip that ends early": [whole.slice(0, -30), "truncated", /a zip ends with its directory/],
  "a damaged storage": [patched(whole, positionOf(whole, "data/0") + 70, bytesOf(0xff)), "corrupt", /checksum/],
  "a damaged pickle": [patched(whole, positionOf(whole, "OrderedDict"), bytesOf("x")), "corrupt", /checksum/],
  "a compressed entry": [patched(whole, directory[5]! + 10, bytesOf(8)), "unsupported", /without compression/],
  "an encrypted entry": [patched(whole, directory[5]! + 8, bytesOf(1)), "unsupported", /encrypted/],
  "an entry of two sizes": [patched(whole, directory[5]! + 24, bytesOf(9)), "corrupt", /got sizes 9 and/],
  "entries that overlap": [
    patched(patched(whole, directory[5]! + 20, little(200, 4)), directory[5]! + 24, little(200, 4)),
    "corrupt",
    /where the next starts: got byte/,
  ],
  "two entries in one place": [
    patched(whole, directory[6]! + 42, whole.slice(directory[5]! + 42, directory[5]! + 46)),
    "corrupt",
    /where the next starts: got byte/,
  ],
  "an entry twice": [
    patched(whole, directory[6]! + 46, bytesOf("whole/data/0")),
    "corrupt",
    /unique: got "whole\/data\/0"/,
  ],
  "an entry without its header": [
    patched(whole, directory[5]! + 42, little(1, 4)),
    "corrupt",
    /has a header at byte 1: got/,
  ],
  "an entry with no 64-bit size": [
    patched(patched(whole, directory[5]! + 20, little(0xffffffff, 4)), directory[5]! + 24, little(0xffffffff, 4)),
    "corrupt",
    /in the entry's extra field/,
  ],
  "a directory of 2^62 bytes": [patched(whole, end64 + 40, little(2n ** 62n, 8)), "too-large", /53 bits/],
  "a directory of 2^40 bytes": [patched(whole, end64 + 40, little(2 ** 40, 8)), "too-large", /at most 16777216 bytes/],
  "2^40 entries": [patched(whole, end64 + 32, little(2 ** 40, 8)), "too-large", /at most 20000 entries/],
  "one entry more than there is": [
    patched(whole, end64 + 32, little(directory.length + 1, 8)),
    "corrupt",
    /got an entry beyond/,
  ],
  "a directory behind its end": [patched(whole, end64 + 48, little(whole.length, 8)), "corrupt", /ends by byte/],
  "a 64-bit end elsewhere": [patched(whole, end - 20 + 8, little(0, 8)), "corrupt", /is at byte 0: got/],
  "a zip of something else": [bytesOf(...replaced(whole, "data.pkl", "data.txt")), "format", /one data\.pkl: got 0/],
  "a header longer than the file": [bytesOf(little(99, 8), "{}"), "truncated", /its header has 99 bytes: got 2/],
  "a header of 17 MB": [safetensorsFile(`{${" ".repeat(17 * 2 ** 20)}}`), "too-large", /at most 16777216 bytes/],
  "a name twice": [safetensorsFile(`{${two},${two}}`, new Uint8Array(2)), "corrupt", /unique: got "a" twice/],
  "tensors that overlap": [
    safetensorsFile(`{${two},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, new Uint8Array(3)),
    "corrupt",
    /"b" starts where the one before ends: got 1/,
  ],
  "tensors with a gap": [
    safetensorsFile(`{${two},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}`, new Uint8Array(5)),
    "corrupt",
    /"b" starts where the one before ends: got 3/,
  ],
  "bytes behind the tensors": [safetensorsFile(`{${two}}`, new Uint8Array(3)), "corrupt", /have 2 bytes: got 3/],
  "fewer bytes than the tensors": [safetensorsFile(`{${two}}`, new Uint8Array(1)), "truncated", /have 2 bytes: got 1/],
  "a shape of other bytes": [
    safetensorsFile('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', new Uint8Array(4)),
    "corrupt",
    /f32 \[2\] of "a" fills its bytes: got 4/,
  ],
  "a field too many": [safetensorsFile('{"a":{"dtype":"U8","x":1}}'), "corrupt", /got "x"/],
  "a field too few": [safetensorsFile('{"a":{"dtype":"U8"}}'), "corrupt", /"a" has not/],
  "a negative size": [safetensorsFile('{"a":{"shape":[-1]}}'), "corrupt", /sizes are integers/],
  "a fraction for a size": [safetensorsFile('{"a":{"shape":[1.5]}}'), "corrupt", /a , follows: got "\."/],
  "a header that goes on": [safetensorsFile(`{}x`), "corrupt", /nothing but spaces/],
  "a header that does not end": [safetensorsFile('{"a'), "corrupt", /strings end/],
  "remarks that are no strings": [safetensorsFile('{"__metadata__":{"a":1}}'), "corrupt", /a \\?" follows/],
};

/** Where text first is. */
function positionOf(content: Uint8Array, part: string): number {
  return Array.from(content, (byte) => String.fromCharCode(byte)).join("").indexOf(part);
}

/** Text for text of the same length, everywhere. */
function replaced(content: Uint8Array, part: string, by: string): Uint8Array[] {
  const all = Array.from(content, (byte) => String.fromCharCode(byte)).join("").replaceAll(part, by);
  return [Uint8Array.from(all, (character) => character.charCodeAt(0))];
}

for (const [what, [content, kind, message]] of Object.entries(refusals)) {
  Deno.test(`${what}: ${kind}`, () => void assertRefused(content, kind, message));
}

Deno.test("errors tell the file, and the global or tensor that they are about", () => {
  const { names, path, hint } = assertRefused(fixture("code.pt"), "global", /./);
  assert.deepEqual([names, path], [["posix.system"], "made up"]);
  assert.match(hint, /nothing in a file is ever executed/);
  assert.deepEqual(assertRefused(legacyFile(stateOf({ offset: 1 }), one), "corrupt", /./).names, ["a"]);
});

Deno.test("folders and devices are no files of weights, and are not opened", () => {
  for (const path of [Deno.cwd(), "/dev/zero"]) {
    assert.throws(() => openCheckpoint(path), (error) => error instanceof CheckpointError && error.kind === "format");
  }
});

/** How often this process has a file open; tests beside this one open others. */
function openings(path: string): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`) === path;
    } catch {
      return false; // closed in the meantime
    }
  }).length;
}

Deno.test("a file that is refused is closed again", () => {
  using temporary = new TemporaryDirectory();
  const path = Deno.realPathSync(temporary.path) + "/code.pt";
  Deno.writeFileSync(path, fixture("code.pt"));
  for (let index = 0; index < 20; index++) assert.throws(() => openCheckpoint(path), CheckpointError);
  if (Deno.build.os === "linux") assert.equal(openings(path), 0);
});
