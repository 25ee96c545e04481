/** CIFAR's Python archives, as Python 2 pickled them in 2009, and as Python 3 does. */
import assert from "node:assert/strict";
import { readCifarPickle } from "../../../core/io/data/cifar_pickle.ts";
import { type DataSet, DataSetError, openDataFolder, openSplit, readImage } from "../../../core/io/data/mod.ts";
import { TemporaryDirectory } from "../run_case.ts";
import { cifarRecord, joined, tarGz, value, write } from "./data_case.ts";

const code = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** SHORT_BINSTRING. */
const short = (text: string): string => `U${String.fromCharCode(text.length)}${text}`;

/** Little-endian bytes of a count, after an opcode. */
function counted(opcode: string, bytes: Uint8Array): Uint8Array {
  const head = new Uint8Array(5);
  head.set(code(opcode));
  new DataView(head.buffer).setUint32(1, bytes.length, true);
  return joined(head, bytes);
}

/** What a batch consists of, each part to be replaced by something else. */
interface Batch {
  readonly labels: readonly number[];
  readonly key?: string;
  /** Opcodes of the element type's name, and of whether columns come first. */
  readonly type?: string;
  readonly fortran?: string;
  readonly callable?: string;
  readonly pixels?: Uint8Array;
}

const planes = (count: number): Uint8Array =>
  joined(...Array.from({ length: count }, (_, seed) => cifarRecord([], seed)));

/** A batch in protocol 2: what Python 2 wrote, with long strings (T) for bytes. */
function pythonTwo(batch: Batch): Uint8Array {
  const { labels, key = "labels", type = short("u1"), fortran = "\x89", pixels = planes(labels.length) } = batch;
  const { callable = "cnumpy.core.multiarray\n_reconstruct\n" } = batch;
  const rows = `K${String.fromCharCode(labels.length)}`;
  return joined(
    code(`\x80\x02}q\x01(${short("batch_label")}${short("testing batch 1 of 1")}q\x03${short(key)}]q\x05(`),
    code(labels.map((label) => `K${String.fromCharCode(label)}`).join("")),
    code(`e${short("data")}${callable}cnumpy\nndarray\nK\x00\x85${short("b")}\x87Rq\x09(K\x01${rows}M\x00\x0c\x86`),
    code(
      `cnumpy\ndtype\nq\x0a${type}K\x00K\x01\x87Rq\x0b(K\x03${short("|")}NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb`,
    ),
    code(fortran),
    counted("T", pixels),
    code(`tb${short("filenames")}](${short("a.png")}eu.`),
  );
}

/** A dict of protocol 4 with the same, as NumPy 2 pickles arrays. */
function pythonThree(labels: readonly number[]): Uint8Array {
  const unicode = (text: string): string => `\x8c${String.fromCharCode(text.length)}${text}`;
  return joined(
    code(`\x80\x04}(${unicode("fine_labels")}](${labels.map((label) => `K${String.fromCharCode(label)}`).join("")}e`),
    code(`${unicode("data")}${unicode("numpy._core.multiarray")}${unicode("_reconstruct")}\x93`),
    code(
      `${unicode("numpy")}${unicode("ndarray")}\x93K\x00\x85C\x01b\x87R(K\x01K${String.fromCharCode(labels.length)}`,
    ),
    code(`M\x00\x0c\x86${unicode("numpy")}${unicode("dtype")}\x93${unicode("u1")}\x89\x88\x87R`),
    code(`(K\x03${unicode("|")}NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89`),
    counted("B", planes(labels.length)),
    code("tbu."),
  );
}

async function requireImages(data: DataSet, labels: readonly number[]): Promise<void> {
  assert.deepEqual(labels.map((_, index) => data.label(index)), labels);
  for (const seed of labels.keys()) {
    const { pixels } = await readImage(data, seed);
    const expected = Array.from(
      pixels,
      (_, at) => value(seed, { channel: at % 3, column: Math.floor(at / 3) % 32, row: Math.floor(at / 96) }),
    );
    assert.deepEqual([...pixels], expected);
  }
}

Deno.test("CIFAR-10's batches are read as Python 2 pickled them, from a folder and from the archive", async () => {
  using root = new TemporaryDirectory();
  const bytes = pythonTwo({ labels: [3, 8, 0] });
  await write(`${root.path}/plain/cifar-10-batches-py/test_batch`, bytes);
  await write(`${root.path}/packed/cifar-10-python.tar.gz`, tarGz([{ name: "cifar-10-batches-py/test_batch", bytes }]));
  for (const place of ["plain", "packed"]) {
    const folder = await openDataFolder(`${root.path}/${place}`);
    assert.equal(folder.kind, "cifar10-python");
    await requireImages(await openSplit(folder, "test"), [3, 8, 0]);
  }
});

Deno.test("CIFAR-100's fine labels are read from a pickle of Python 3 and NumPy 2", async () => {
  using root = new TemporaryDirectory();
  await write(`${root.path}/cifar-100-python/test`, pythonThree([99, 0]));
  const folder = await openDataFolder(root.path);
  assert.deepEqual([folder.kind, folder.splits], ["cifar100-python", ["test"]]);
  await requireImages(await openSplit(folder), [99, 0]);
});

const sound = pythonTwo({ labels: [1, 2] });
const hostile: Readonly<Record<string, readonly [bytes: Uint8Array, message: RegExp]>> = {
  "that calls the system": [code("\x80\x02cposix\nsystem\nU\x02id\x85R."), /got the global "posix\.system"/],
  "that calls the system for its array": [
    pythonTwo({ labels: [1], callable: "cos\nsystem\n" }),
    /got the global "os\.system"/,
  ],
  "cut off": [sound.subarray(0, 5000), /bytes follow byte/],
  "that is empty": [new Uint8Array(), /byte/],
  "that is no dict": [code("\x80\x02K\x01."), /it must be a pickled dict/],
  "without its labels": [pythonTwo({ labels: [1], key: "names" }), /labels must be a list of whole numbers below 256/],
  "with labels of no class": [pythonTwo({ labels: [1, 10] }), /labels must be below 10: got 10 for image 1/],
  "of other elements": [pythonTwo({ labels: [1], type: short("f4") }), /data must be an array of bytes/],
  "with columns first": [pythonTwo({ labels: [1], fortran: "\x88" }), /data must be an array of bytes/],
  "with fewer pixels": [pythonTwo({ labels: [1, 2], pixels: planes(1) }), /3072 bytes for each of 2: got 3072/],
  "that refers to elsewhere": [code("\x80\x02K\x01Q."), /must not refer to anything outside/],
};

for (const [what, [bytes, message]] of Object.entries(hostile)) {
  Deno.test(`a batch ${what} is refused`, async () => {
    using root = new TemporaryDirectory();
    await write(`${root.path}/test_batch`, bytes);
    await assert.rejects(async () => openSplit(await openDataFolder(root.path)), (error) => {
      assert.equal((error as Error).name, "DataSetError");
      assert.match((error as Error).message, message);
      return true;
    });
  });
}

Deno.test("corrupted batches are read or refused, never anything else", () => {
  let refused = 0, state = 1;
  const draw = (below: number): number => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) % below;
  // Most of a batch is pixels, which may be anything; the opcodes are before and behind them.
  const opcodes = [...Array(sound.length).keys()].filter((at) => at < 260 || at > sound.length - 40);
  for (let round = 0; round < 5000; round++) {
    const copy = sound.slice();
    for (let change = 0; change < 2; change++) copy[opcodes[draw(opcodes.length)]!] = draw(256);
    try {
      const { bytes, labels } = readCifarPickle(copy, { path: "batch", key: "labels" });
      assert.equal(bytes.length, labels.length * 3072);
    } catch (error) {
      assert.ok(error instanceof DataSetError, Deno.inspect(error));
      refused++;
    }
  }
  assert.ok(refused > 2000 && refused < 4900, `${refused}`);
});
