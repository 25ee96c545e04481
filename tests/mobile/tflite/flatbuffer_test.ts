/** Tables read from bytes, against the FlatBuffers library's own builder. */
import assert from "node:assert/strict";
import { Builder } from "flatbuffers";
import { MobileError } from "@zennas/zennas/mobile";
import { FlatTable } from "../../../mobile/tflite/flatbuffer.ts";

/** A file whose root has these fields, `slots` of them. */
function fileOf(slots: number, fill: (builder: Builder) => void, before: (builder: Builder) => void = () => {}) {
  const builder = new Builder(64);
  before(builder);
  builder.startObject(slots);
  fill(builder);
  builder.finish(builder.endObject(), "TEST");
  return builder.asUint8Array().slice();
}

const rootOf = (bytes: Uint8Array): FlatTable => FlatTable.root(bytes, "TEST");
const corrupt = (reason: RegExp) => (error: unknown): boolean =>
  error instanceof MobileError && error.code === "MODEL_CORRUPT" && reason.test(error.message);

Deno.test("numbers of every type, and what stands for absent ones", () => {
  const table = rootOf(fileOf(8, (builder) => {
    builder.addFieldInt8(0, -2, 0);
    builder.addFieldInt32(1, -70_000, 0);
    builder.addFieldFloat32(2, 1.5, 0);
    builder.addFieldInt64(3, 0x0102030405n, 0n);
    builder.addFieldInt64(4, -1n, 0n);
    builder.addFieldInt64(5, 2n ** 53n - 1n, 0n);
    builder.addFieldInt8(7, 1, 0);
  }));
  assert.deepEqual([table.scalar(0, "int8"), table.scalar(0, "uint8")], [-2, 254]);
  assert.deepEqual([table.scalar(1, "int32"), table.scalar(1, "uint32")], [-70_000, 2 ** 32 - 70_000]);
  assert.equal(table.scalar(2, "float32"), 1.5);
  assert.deepEqual([table.uint64(3), table.uint64(5), table.uint64(6)], [0x0102030405, 2 ** 53 - 1, 0]);
  assert.throws(() => table.uint64(4), corrupt(/a size is larger than any file/));
  assert.deepEqual([table.scalar(6, "int32"), table.scalar(6, "int32", 7), table.scalar(99, "int8", 3)], [0, 7, 3]);
  assert.deepEqual([table.has(0), table.has(6), table.has(7), table.has(8)], [true, false, true, false]);
  assert.deepEqual([table.scalars(6, "int32"), table.int64s(6), [...table.bytes(6)]], [[], [], []]);
  assert.deepEqual([table.string(6), table.table(6), table.tables(6)], ["", undefined, []]);
});

Deno.test("vectors, texts and tables below", () => {
  let numbers = 0, longs = 0, text = 0, inner = 0, list = 0;
  const bytes = fileOf(5, (builder) => {
    [numbers, longs, text, inner, list].forEach((offset, slot) => builder.addFieldOffset(slot, offset, 0));
  }, (builder) => {
    text = builder.createString("grün");
    builder.startVector(4, 2, 4);
    for (const value of [-1, 5]) builder.addInt32(value);
    numbers = builder.endVector();
    builder.startVector(8, 2, 8);
    for (const value of [-1n, 2n ** 40n]) builder.addInt64(value);
    longs = builder.endVector();
    builder.startObject(1);
    builder.addFieldInt32(0, 9, 0);
    inner = builder.endObject();
    builder.startVector(4, 2, 4);
    for (const offset of [inner, inner]) builder.addOffset(offset);
    list = builder.endVector();
  });
  const table = rootOf(bytes);
  assert.deepEqual([table.scalars(0, "int32"), table.int64s(1), table.string(2)], [[5, -1], [2n ** 40n, -1n], "grün"]);
  assert.equal(table.table(3)!.scalar(0, "int32"), 9);
  assert.deepEqual(table.tables(4).map((one) => one.scalar(0, "int32")), [9, 9]);
  const view = new DataView(bytes.buffer);
  assert.deepEqual([0, 4].map((at) => view.getInt32(table.vectorPosition(0) + at, true)), [5, -1]);
  assert.equal(view.getInt32(table.table(3)!.numberPosition(0), true), 9);
  assert.throws(() => table.table(3)!.numberPosition(1), corrupt(/a number is missing/));
  assert.deepEqual([...table.fileBytes(4, 4)], [...new TextEncoder().encode("TEST")]);
  for (const [from, count] of [[bytes.length - 1, 2], [-1, 1], [0, -1]] as const) {
    assert.throws(() => table.fileBytes(from, count), corrupt(/it points at -?\d+ bytes outside of its \d+/));
  }
  assert.equal(table.fileBytes(bytes.length, 0).length, 0);
});

/** Vectors of four of each type: how the library writes an element, its bytes, and how they are read. */
const vectors:
  readonly (readonly [(builder: Builder, value: number) => void, bytes: number, (table: FlatTable) => unknown[]])[] = [
    [(builder, value) => builder.addInt8(value), 1, (table) => table.scalars(0, "int8")],
    [(builder, value) => builder.addInt8(value), 1, (table) => table.scalars(0, "uint8")],
    [(builder, value) => builder.addInt8(value), 1, (table) => [...table.bytes(0)]],
    [(builder, value) => builder.addInt32(value), 4, (table) => table.scalars(0, "int32")],
    [(builder, value) => builder.addInt32(value), 4, (table) => table.scalars(0, "uint32")],
    [(builder, value) => builder.addFloat32(value), 4, (table) => table.scalars(0, "float32")],
    [(builder, value) => builder.addInt64(BigInt(value)), 8, (table) => table.int64s(0).map(Number)],
  ];

Deno.test("a vector may end with the file, and not behind it", () => {
  for (const [add, size, read] of vectors) {
    let vector = 0;
    const bytes = fileOf(1, (builder) => builder.addFieldOffset(0, vector, 0), (builder) => {
      builder.startVector(size, 4, size);
      for (const value of [4, 3, 2, 1]) add(builder, value);
      vector = builder.endVector();
    });
    assert.deepEqual(read(rootOf(bytes)), [1, 2, 3, 4]);
    const start = bytes.length - 4 * size, view = new DataView(bytes.buffer);
    assert.equal(view.getInt32(start - 4, true), 4);
    if (size === 4) assert.equal(rootOf(bytes).vectorPosition(0), start);
    for (const length of [5, 2 ** 31]) {
      view.setUint32(start - 4, length, true);
      assert.throws(() => read(rootOf(bytes)), corrupt(/bytes outside of its/), `${length} of ${size} bytes`);
      if (size === 4) assert.throws(() => rootOf(bytes).vectorPosition(0), corrupt(/bytes outside of its/));
    }
  }
});

Deno.test("a table may have no fields", () => {
  const empty = rootOf(fileOf(0, () => {}));
  assert.deepEqual([empty.has(0), empty.vectorPosition(0), empty.fileBytes(0, 0).length], [false, 0, 0]);
});

Deno.test("a file of another kind, one that is cut, and one that is read too often are corrupt", () => {
  const bytes = fileOf(1, (builder) => builder.addFieldInt8(0, 1, 0));
  assert.throws(() => FlatTable.root(bytes, "ELSE"), corrupt(/it is no ELSE file: got "TEST"/));
  for (let length = 0; length < 8; length++) {
    assert.throws(() => rootOf(bytes.subarray(0, length)), (error) => error instanceof MobileError);
  }
  const table = rootOf(bytes);
  const readOften = () => {
    for (let reads = 0; reads < 4 * bytes.length + 4096; reads++) table.scalar(0, "int8");
  };
  assert.throws(readOften, corrupt(/its parts refer to each other too often/));
  // The table of fields says that it has no room for its own size.
  const fields = bytes.slice(), view = new DataView(fields.buffer), root = view.getUint32(0, true);
  view.setUint16(root - view.getInt32(root, true), 3, true);
  assert.throws(() => rootOf(fields), corrupt(/a table has no list of its fields/));
});
