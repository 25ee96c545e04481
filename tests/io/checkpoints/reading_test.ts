import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { openCheckpoint, openCheckpointBytes, tensorStatistics } from "@zennas/zennas";
import { type ByteSource, MemorySource } from "../../../core/io/checkpoints/byte_source.ts";
import { Storage } from "../../../core/io/checkpoints/stored_tensor.ts";
import { TemporaryDirectory } from "../run_case.ts";
import {
  assertRefused,
  bytesOf,
  contents,
  describe,
  fixture,
  fixturePath,
  legacyFile,
  little,
  readAll,
  stateOf,
  storages,
  tensor,
  text,
} from "./files.ts";

for (const [name, tensors] of Object.entries(contents)) {
  Deno.test(`${name} has the names, types, shapes and values that its writer says`, () => {
    using checkpoint = openCheckpoint(fixturePath(name));
    const form = name.endsWith(".pt") ? "pytorch-zip" : name.endsWith(".th") ? "pytorch-legacy" : "safetensors";
    assert.equal(checkpoint.format, form);
    assert.deepEqual(describe(checkpoint), tensors);
    if (form !== "safetensors") assert.deepEqual([...checkpoint.tensors.keys()], Object.keys(tensors));
  });
}

Deno.test("the state dict is found whole, under its key and behind module.", () => {
  const found = ["whole.pt", "training.pt", "training.th", "nested.pt"].map((name) => {
    using checkpoint = openCheckpoint(fixturePath(name));
    return [checkpoint.key, checkpoint.prefix];
  });
  assert.deepEqual(found, [[undefined, ""], ["state_dict", "module."], ["state_dict", "module."], ["model", ""]]);
});

Deno.test("module. is left where not every name has it", () => {
  const data = storages(["0", 1, little(0x3f800000, 4)]);
  const both = bytesOf("}(", text("module.a"), tensor(), text("b"), tensor(), "u");
  assert.deepEqual(Object.keys(readAll(legacyFile(both, data))), ["module.a", "b"]);
});

Deno.test("state_dict goes before other dicts of tensors, and before tensors beside it", () => {
  const data = storages(["0", 1, little(0x3f800000, 4)]);
  for (const other of [stateOf(), tensor()]) {
    const body = bytesOf("}(", text("ema"), other, text("state_dict"), "}", text("b"), tensor(), "su");
    assert.deepEqual(Object.keys(readAll(legacyFile(body, data))), ["b"]);
  }
});

Deno.test("half precision that does not fit into one piece becomes float32 in order", () => {
  const count = 300_000, stored = Float16Array.from({ length: count }, (_, index) => index % 2048);
  const options = { storage: "HalfStorage", elements: count, shape: [count] };
  const file = legacyFile(stateOf(options), storages(["0", count, new Uint8Array(stored.buffer)]));
  using checkpoint = openCheckpointBytes(file, "half");
  const values = checkpoint.tensors.get("a")!.toFloat32();
  assert.equal(values.findIndex((value, index) => value !== index % 2048), -1);
  assert.equal(values.length, count);
});

Deno.test("a checksum is computed once, however often its storage is read", () => {
  let read = 0;
  const bytes = 1_000, content = new MemorySource(new Uint8Array(bytes), "counted");
  const source: ByteSource = {
    path: content.path,
    bytes,
    read(position, into) {
      read += into.length;
      content.read(position, into);
    },
  };
  const storage = new Storage(source, { position: 0, bytes, crc: crc32(new Uint8Array(bytes)) });
  for (let index = 0; index < 3; index++) storage.read(0, new Uint8Array(10));
  assert.equal(read, bytes + 30);
});

Deno.test("files are told by their content, not by their names", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/weights.jpg`;
  Deno.writeFileSync(path, fixture("dtypes.safetensors"));
  using checkpoint = openCheckpoint(path);
  assert.equal(checkpoint.format, "safetensors");
});

Deno.test("views of storages, as the oldest files have them, start where they say", () => {
  const view = bytesOf("(", text("v"), "K\x02K\x01t");
  const data = bytesOf(...[1, 2, 3].map((value) => new Uint8Array(Float32Array.of(value).buffer)));
  const file = legacyFile(stateOf({ elements: 3, view }), storages(["0", 3, data]));
  assert.deepEqual(readAll(file).a!.values, [3]);
  const beyond = bytesOf("(", text("v"), "K\x03K\x01t");
  assertRefused(
    legacyFile(stateOf({ elements: 3, view: beyond }), storages(["0", 3, data])),
    "truncated",
    /has 16 bytes: got 12/,
  );
});

Deno.test("strings and memo of Python 2's pickles are read", () => {
  const data = storages(["0", 1, little(0x3f800000, 4)]);
  const body = bytesOf("}p0\n(U\x01ap1\n", tensor(), "g1\n0U\x04lossF1.5\nU\x04bestI00\nU\x04stepL12L\nu");
  assert.deepEqual(Object.keys(readAll(legacyFile(body, data))), ["a"]);
});

Deno.test("a strided tensor that does not fit into one piece is gathered in order", () => {
  // 600 × 700 float32, stored transposed: 1.7 MB.
  const rows = 600, columns = 700, stored = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) stored[column * rows + row] = row * columns + column;
  }
  const options = { elements: stored.length, shape: [rows, columns], strides: [1, rows] };
  const values =
    readAll(legacyFile(stateOf(options), storages(["0", stored.length, new Uint8Array(stored.buffer)]))).a!.values;
  assert.equal(values.findIndex((value, index) => value !== index), -1);
  assert.equal(values.length, stored.length);
});

Deno.test("statistics leave NaN out and count it", () => {
  const stored = Float32Array.of(NaN, -2, 4, NaN, 1), data = storages(["0", 5, new Uint8Array(stored.buffer)]);
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/nan.th`;
  Deno.writeFileSync(path, legacyFile(stateOf({ elements: 5, shape: [5] }), data));
  using checkpoint = openCheckpoint(path);
  let bytes = 0;
  const statistics = tensorStatistics(checkpoint.tensors.get("a")!, (count) => bytes += count);
  assert.deepEqual([statistics, bytes], [{ min: -2, max: 4, mean: 1, nan: 2 }, 20]);
});
