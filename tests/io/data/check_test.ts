import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { checkData, checksumOf, isSound, openDataFolder } from "../../../core/io/data/mod.ts";
import { TemporaryDirectory } from "../run_case.ts";
import { cifar10Files, idx, write, writeFolders } from "./data_case.ts";

Deno.test("a check counts images, classes and sizes, and names what is broken", async () => {
  using root = new TemporaryDirectory();
  const images = ["train/a/1.png", "train/a/2.png", "train/a/3.png", "train/b/1.png", "val/b/1.png"];
  await writeFolders(root.path, { images, broken: ["train/b/0.jpg"] });
  const told: string[] = [];
  const report = await checkData(await openDataFolder(root.path), {
    workers: 1,
    progress: ({ what, checked, of, broken }) => told.push(`${what} ${checked}/${of} ${broken}`),
  });
  const [train, val] = report.splits;
  assert.deepEqual({ ...train, broken: train!.broken.map(({ index, file }) => [index, file]) }, {
    split: "train",
    images: 5,
    checked: 5,
    classes: 2,
    perClass: { min: 2, median: 2.5, max: 3 },
    emptyClasses: [],
    sizes: { smallest: [40, 30], largest: [40, 30] },
    broken: [[3, "train/b/0.jpg"]],
  });
  assert.deepEqual([val!.emptyClasses, val!.perClass.min], [["a"], 0]);
  assert.deepEqual(told.at(-1), "val 1/1 0");
  assert.ok(told.includes("train 5/5 1"));
  assert.equal(isSound(report), false);
  assert.equal(isSound({ ...report, splits: [val!] }), true);
});

Deno.test("a limit and an abort leave the rest unchecked", async () => {
  using root = new TemporaryDirectory();
  await writeFolders(root.path, { images: ["a/1.png", "a/2.png", "a/3.png"] });
  const folder = await openDataFolder(root.path), stop = new AbortController();
  const limited = await checkData(folder, { limit: 2, workers: 1 });
  assert.deepEqual([limited.splits[0]!.images, limited.splits[0]!.checked], [3, 2]);
  const progress = ({ checked }: { checked: number }): void => {
    if (checked === 1) stop.abort();
  };
  const stopped = await checkData(folder, { signal: stop.signal, workers: 1, progress });
  assert.equal(stopped.splits[0]!.checked, 1);
});

Deno.test("a split that cannot be read does not hide the other, and files are compared with published sums", async () => {
  using root = new TemporaryDirectory();
  await write(`${root.path}/test_batch.bin`, cifar10Files.get("test_batch.bin")!);
  await write(`${root.path}/data_batch_1.bin`, new Uint8Array(5));
  const report = await checkData(await openDataFolder(root.path));
  assert.deepEqual(report.splits.map(({ split, images, checked }) => [split, images, checked]), [["test", 2, 2]]);
  assert.deepEqual(report.unreadable.map(({ split }) => split), ["train"]);
  assert.match(report.unreadable[0]!.broken, /3073 bytes each: got 5/);
  const md5 = createHash("md5").update(cifar10Files.get("test_batch.bin")!).digest("hex");
  assert.deepEqual(report.checksums.map(({ state }) => state), ["unknown", "unknown"]);
  assert.equal(report.checksums[1]!.md5, md5);
  assert.equal(isSound(report), false);
});

Deno.test("a file with a published one's name and another content differs", async () => {
  using root = new TemporaryDirectory();
  await write(`${root.path}/t10k-images-idx3-ubyte.gz`, idx([1, 2, 2], new Uint8Array(4)));
  const { state } = await checksumOf(`${root.path}/t10k-images-idx3-ubyte.gz`);
  assert.equal(state, "differs");
  const report = { splits: [], unreadable: [], checksums: [{ path: "", md5: "", state }] };
  assert.equal(isSound(report), false);
});
