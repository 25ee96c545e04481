/** Tables and vectors as they are written, read back by the reader of files. */
import assert from "node:assert/strict";
import { FlatTable } from "../../../mobile/tflite/flatbuffer.ts";
import { type Field, optionTables, slots } from "../../../mobile/tflite/schema.ts";
import { TableWriter } from "../../../mobile/tflite/table_writer.ts";

/** The file whose root a writer writes. */
function fileOf(write: (writer: TableWriter) => number): Uint8Array {
  const writer = new TableWriter(16);
  writer.builder.finish(write(writer), "TEST");
  return writer.builder.asUint8Array().slice();
}

const rootOf = (bytes: Uint8Array): FlatTable => FlatTable.root(bytes, "TEST");

/** Bytes of the list of a table's fields. */
function listBytes(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer), root = view.getUint32(0, true);
  return view.getUint16(root - view.getInt32(root, true), true);
}

Deno.test("fields by their names; those of 0 are not stored, and the list ends with the last one that is", () => {
  const at = slots.OperatorCode;
  const bytes = fileOf((writer) => writer.table("OperatorCode", { version: ["int32", 3], builtinCode: ["int32", 0] }));
  const table = rootOf(bytes);
  assert.deepEqual([table.scalar(at.version, "int32"), table.has(at.builtinCode)], [3, false]);
  assert.equal(listBytes(bytes), 4 + 2 * (at.version + 1));
  const empty = fileOf((writer) => writer.table("Buffer", {}));
  assert.deepEqual([rootOf(empty).has(0), listBytes(empty)], [false, 4]);
});

Deno.test("vectors of integers and tables are in order, and take no more than their elements", () => {
  const at = slots.SubGraph;
  const bytes = fileOf((writer) => {
    const inner = [7, 8].map((version) => writer.table("OperatorCode", { version: ["int32", version] }));
    return writer.table("SubGraph", {
      inputs: ["offset", writer.integers([1, -2, 3])],
      operators: ["offset", writer.tables(inner)],
      name: ["offset", writer.text("main")],
    });
  });
  const table = rootOf(bytes);
  assert.deepEqual(table.scalars(at.inputs, "int32"), [1, -2, 3]);
  const versions = table.tables(at.operators).map((one) => one.scalar(slots.OperatorCode.version, "int32"));
  assert.deepEqual([versions, table.string(at.name)], [[7, 8], "main"]);
  for (
    const write of [(writer: TableWriter) => writer.integers([1, 2]), (writer: TableWriter) => writer.tables([0, 0])]
  ) {
    const writer = new TableWriter(64);
    write(writer);
    assert.equal(writer.builder.offset(), 4 + 2 * 4);
  }
});

Deno.test("constants begin at multiples of 16 bytes, whatever was written before", () => {
  for (let before = 0; before < 5; before++) {
    const data = Uint8Array.from({ length: 21 }, (_, index) => index);
    const bytes = fileOf((writer) => {
      writer.integers(Array(before).fill(1));
      return writer.table("Buffer", { data: ["offset", writer.bytes(data)] });
    });
    const read = rootOf(bytes).bytes(slots.Buffer.data);
    assert.deepEqual([[...read], read.byteOffset % 16], [[...data], 0]);
  }
});

Deno.test("options that are not given are their defaults, which are not stored", () => {
  const { strideW, dilationW, dilationH } = optionTables.Conv2DOptions.fields;
  const table = rootOf(
    fileOf((writer) => writer.options({ table: "Conv2DOptions", padding: 1, strideW: 2, strideH: 2, dilationH: 3 })),
  );
  const read = ([slot, type, absent]: Field) => table.scalar(slot, type, absent);
  assert.deepEqual([read(strideW), read(dilationW), read(dilationH)], [2, 1, 3]);
  assert.deepEqual([table.has(strideW[0]), table.has(dilationW[0]), table.has(dilationH[0])], [true, false, true]);
});
