import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import { CheckpointError, convertCheckpoint, openCheckpoint } from "@zennas/zennas";
import { TemporaryDirectory } from "../run_case.ts";
import { contents, describe, directoryRecords, fixturePath } from "./files.ts";

/** Converts a fixture to a file in a folder; returns the file's path. */
async function converted(name: string, path: string): Promise<string> {
  using checkpoint = openCheckpoint(fixturePath(name));
  await convertCheckpoint(checkpoint, path);
  return path;
}

for (const extension of ["pt", "pth", "th", "safetensors"]) {
  Deno.test(`what is written as .${extension} is what was read, in the same order`, async () => {
    using temporary = new TemporaryDirectory();
    for (const name of ["dtypes.pt", "dtypes.safetensors", "training.th", "strided.pt"]) {
      using checkpoint = openCheckpoint(await converted(name, `${temporary.path}/out.${extension}`));
      assert.deepEqual(describe(checkpoint), contents[name]);
      if (name.endsWith("t")) assert.deepEqual([...checkpoint.tensors.keys()], Object.keys(contents[name]!));
      assert.deepEqual([checkpoint.prefix, checkpoint.key], ["", undefined]);
      assert.equal(checkpoint.format, extension === "safetensors" ? "safetensors" : "pytorch-zip");
    }
  });
}

Deno.test("a zip's pickle is the one that torch.load(weights_only=True) opened, and entries are aligned with their checksums", async () => {
  using temporary = new TemporaryDirectory();
  const bytes = Deno.readFileSync(await converted("convolution.pt", `${temporary.path}/out.pt`));
  const view = new DataView(bytes.buffer),
    starts = directoryRecords(bytes).map((at) => {
      const extra = at + 46 + view.getUint16(at + 28, true); // id, length, size, size, position of the header
      const header = Number(view.getBigUint64(extra + 20, true));
      return header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    });
  assert.deepEqual(starts.map((start) => start % 64), [0, 0, 0, 0]);
  for (const [index, at] of directoryRecords(bytes).entries()) {
    const name = at + 46 + view.getUint16(at + 28, true), header = Number(view.getBigUint64(name + 20, true));
    const start = starts[index]!, content = bytes.subarray(start, start + Number(view.getBigUint64(name + 4, true)));
    assert.deepEqual([view.getUint32(header + 14, true), view.getUint32(at + 16, true)], [
      crc32(content),
      crc32(content),
    ]);
  }
  const pickle = Array.from(bytes.subarray(starts[0]!), (byte) => String.fromCharCode(byte)).join("");
  const integer = (value: number): string => `J${String.fromCharCode(value)}\0\0\0`;
  const dict = "ccollections\nOrderedDict\n)R";
  const expected = "\x80\x02" + dict +
    "(X\x0b\0\0\0conv.weightctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storage" +
    `ctorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpu${integer(12)}tQ${integer(0)}(${
      [2, 2, 1, 3].map(integer).join("")
    }t` +
    `(${[6, 3, 3, 1].map(integer).join("")}t\x89${dict}tRu.`;
  assert.equal(pickle.slice(0, expected.length), expected);
});

Deno.test("safetensors are aligned, wide elements first, with the remark that says what they are", async () => {
  using temporary = new TemporaryDirectory();
  const bytes = Deno.readFileSync(await converted("dtypes.pt", `${temporary.path}/out.safetensors`));
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  assert.deepEqual([length % 8, header.__metadata__], [0, { format: "pt" }]);
  assert.deepEqual(header.float64, { dtype: "F64", shape: [4], data_offsets: [0, 32] });
  assert.deepEqual(header.bool, {
    dtype: "BOOL",
    shape: [4],
    data_offsets: [bytes.length - 8 - length - 4, bytes.length - 8 - length],
  });
});

Deno.test("names that JSON escapes, that are integers or __proto__ come back", async () => {
  using temporary = new TemporaryDirectory();
  using checkpoint = openCheckpoint(fixturePath("convolution.pt"));
  const [tensor] = checkpoint.tensors.values(), names = ['a"\\\n', "7", "__proto__", "é€", "1"];
  const tensors = new Map(names.map((name) => [name, tensor!.renamed(name)]));
  for (const extension of ["pt", "safetensors"]) {
    const path = `${temporary.path}/names.${extension}`;
    await convertCheckpoint({ ...checkpoint, tensors }, path);
    using again = openCheckpoint(path);
    assert.deepEqual([...again.tensors.keys()], names);
  }
});

Deno.test("the same file gives the same bytes, also over itself", async () => {
  using temporary = new TemporaryDirectory();
  const [first, second] = [`${temporary.path}/a.pt`, `${temporary.path}/b.pt`];
  await converted("training.th", first);
  await converted("training.th", second);
  assert.deepEqual(Deno.readFileSync(first), Deno.readFileSync(second));
  using checkpoint = openCheckpoint(first);
  const written = await convertCheckpoint(checkpoint, first);
  assert.deepEqual(Deno.readFileSync(first), Deno.readFileSync(second));
  assert.deepEqual(written, { format: "pytorch-zip", bytes: Deno.statSync(second).size });
});

Deno.test("a file that is not finished leaves what was there, and nothing else", async () => {
  using temporary = new TemporaryDirectory();
  using checkpoint = openCheckpoint(fixturePath("convolution.pt"));
  const path = `${temporary.path}/out.pt`, [tensor] = checkpoint.tensors.values();
  Deno.writeTextFileSync(path, "before");
  const broken = Object.assign(Object.create(tensor!), {
    chunks: function* () {
      yield new Uint8Array(8);
      throw new Error("the disk is gone");
    },
  });
  const writing = convertCheckpoint({ ...checkpoint, tensors: new Map([["a", broken]]) }, path);
  await assert.rejects(writing, /the disk is gone/);
  assert.equal(Deno.readTextFileSync(path), "before");
  assert.deepEqual([...Deno.readDirSync(temporary.path)].map(({ name }) => name), ["out.pt"]);
});

Deno.test("a signal stops a long write", async () => {
  using temporary = new TemporaryDirectory();
  using checkpoint = openCheckpoint(fixturePath("convolution.pt"));
  const [tensor] = checkpoint.tensors.values(), controller = new AbortController(), reason = new Error("stopped");
  const long = Object.assign(Object.create(tensor!), {
    chunks: function* () {
      for (let chunk = 0; chunk < 64; chunk++) yield new Uint8Array(2 ** 20);
    },
  });
  setTimeout(() => controller.abort(reason));
  const options = { signal: controller.signal };
  const writing = convertCheckpoint(
    { ...checkpoint, tensors: new Map([["a", long]]) },
    `${temporary.path}/out.pt`,
    options,
  );
  await assert.rejects(writing, reason);
  assert.deepEqual([...Deno.readDirSync(temporary.path)], []);
});

Deno.test("what cannot be written is an error that names the file that was meant", async () => {
  using temporary = new TemporaryDirectory();
  using checkpoint = openCheckpoint(fixturePath("convolution.pt"));
  Deno.mkdirSync(`${temporary.path}/folder.pt`);
  const refused = [
    ["none/out.pt", "write", /^Cannot write .*none\/out\.pt as the system says: no such file/],
    ["folder.pt", "write", /folder\.pt as the system says: it is a directory/],
    ["out.bin", "format", /^Cannot write .*out\.bin as the name ends in/],
  ] as const;
  for (const [name, kind, message] of refused) {
    await assert.rejects(convertCheckpoint(checkpoint, `${temporary.path}/${name}`), (error) => {
      assert.ok(error instanceof CheckpointError);
      assert.match(error.message, message);
      return error.kind === kind;
    });
  }
});

Deno.test("progress is told in bytes, up to all of them", async () => {
  using temporary = new TemporaryDirectory();
  using checkpoint = openCheckpoint(fixturePath("strided.pt"));
  const told: number[] = [], totals = new Set<number>();
  const onProgress = (written: number, total: number): void => {
    told.push(written);
    totals.add(total);
  };
  await convertCheckpoint(checkpoint, `${temporary.path}/out.safetensors`, { onProgress });
  const all = [...checkpoint.tensors.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  assert.deepEqual([...totals, told.at(-1)], [all, all]);
  assert.deepEqual(told, told.toSorted((a, b) => a - b));
  assert.ok(told[0]! < all);
});
