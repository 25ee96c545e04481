import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { type DataSet, openDataFolder, openSplit, readImage } from "../../../core/io/data/mod.ts";
import { TemporaryDirectory } from "../run_case.ts";
import { cifar10Files, cifarRecord, idx, joined, tarGz, value, write, writeFolders } from "./data_case.ts";

/** Requires that image `index` is the one that was made with `seed`. */
async function requireImage(data: DataSet, index: number, seed: number): Promise<void> {
  const { width, height, pixels } = await readImage(data, index);
  assert.deepEqual([width, height], [32, 32]);
  const wrong = pixels.findIndex((pixel, at) => {
    const channel = at % 3, column = Math.floor(at / 3) % 32, row = Math.floor(at / 96);
    return pixel !== value(seed, { row, column, channel });
  });
  assert.equal(wrong, -1);
}

const labelsOf = (data: DataSet): number[] => Array.from({ length: data.count }, (_, index) => data.label(index));

async function writeAll(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [name, bytes] of files) await write(`${folder}/${name}`, bytes);
}

Deno.test("CIFAR-10 is found as a folder, in the folder above, as an archive, and by the archive's path", async () => {
  using root = new TemporaryDirectory();
  await writeAll(`${root.path}/plain/cifar-10-batches-bin`, cifar10Files);
  const members = [...cifar10Files].map(([name, bytes]) => ({ name: `cifar-10-batches-bin/${name}`, bytes }));
  const archive = `${root.path}/packed/cifar-10-binary.tar.gz`;
  await write(archive, tarGz([{ name: "cifar-10-batches-bin/", type: "5" }, ...members]));
  const paths = [`${root.path}/plain`, `${root.path}/plain/cifar-10-batches-bin`, `${root.path}/packed`, archive];
  for (const path of paths) {
    const folder = await openDataFolder(path);
    assert.deepEqual([folder.kind, folder.name, folder.splits], ["cifar10-binary", "CIFAR-10", ["train", "test"]]);
    const train = await openSplit(folder, "train"), test = await openSplit(folder);
    assert.deepEqual(labelsOf(train), [0, 9, 1, 8, 2, 7, 3, 6, 4, 5]);
    assert.deepEqual([test.split, test.classes[3], test.imageSize, labelsOf(test)], ["test", "cat", 32, [5, 4]]);
    await requireImage(train, 0, 0);
    await requireImage(train, 5, 5);
    await requireImage(test, 1, 11);
    assert.match(train.nameOf(3), /data_batch_2\.bin image 1$/);
  }
});

Deno.test("a split has the batches that are there", async () => {
  using root = new TemporaryDirectory();
  await write(`${root.path}/data_batch_2.bin`, cifar10Files.get("data_batch_2.bin")!);
  const folder = await openDataFolder(root.path);
  assert.deepEqual(folder.splits, ["train"]);
  assert.deepEqual(labelsOf(await openSplit(folder)), [1, 8]);
  await assert.rejects(() => openSplit(folder, "trian"), /its splits are train: got trian/);
});

Deno.test("CIFAR-100's class is the second of its labels", async () => {
  using root = new TemporaryDirectory();
  await write(`${root.path}/cifar-100-binary/test.bin`, joined(cifarRecord([19, 99], 1), cifarRecord([4, 0], 2)));
  const data = await openSplit(await openDataFolder(root.path));
  assert.deepEqual([data.name, data.classes[99], labelsOf(data)], ["CIFAR-100", "worm", [99, 0]]);
  await requireImage(data, 1, 2);
});

Deno.test("MNIST's files are found in raw, packed or not, and grey becomes red, green and blue", async () => {
  using root = new TemporaryDirectory();
  const pixels = Uint8Array.from({ length: 2 * 28 * 28 }, (_, at) => at & 255);
  await write(`${root.path}/MNIST/raw/t10k-images-idx3-ubyte.gz`, gzipSync(idx([2, 28, 28], pixels)));
  await write(`${root.path}/MNIST/raw/t10k-labels.idx1-ubyte`, idx([2], Uint8Array.of(7, 2)));
  const folder = await openDataFolder(root.path), data = await openSplit(folder);
  assert.deepEqual([folder.kind, folder.splits, labelsOf(data), data.imageSize], ["mnist", ["test"], [7, 2], 28]);
  const image = await readImage(data, 1);
  assert.deepEqual([...image.pixels.subarray(0, 9)], [784 & 255, 785 & 255, 786 & 255].flatMap((v) => [v, v, v]));
});

Deno.test("classes are folders by name; splits share their labels though one lacks a class", async () => {
  using root = new TemporaryDirectory();
  await writeFolders(root.path, {
    images: [
      "train/b/2.png",
      "train/b/10.JPEG",
      "train/a/x.png",
      "train/c/deep/er/y.png",
      "val/c/z.png",
      "val/b/w.png",
      "val/b/notes.txt",
      "val/d/only_here.png",
      "val/.thumbnails/1.png",
      "val/c/._z.png",
    ],
  });
  const folder = await openDataFolder(root.path);
  assert.deepEqual([folder.kind, folder.splits], ["image-folders", ["train", "val"]]);
  const train = await openSplit(folder, "train"), val = await openSplit(folder);
  assert.deepEqual(train.classes, ["a", "b", "c", "d"]);
  const names = (data: DataSet): string[] => labelsOf(data).map((label, index) => `${label} ${data.nameOf(index)}`);
  assert.deepEqual(names(train), [
    "0 train/a/x.png",
    "1 train/b/10.JPEG",
    "1 train/b/2.png",
    "2 train/c/deep/er/y.png",
  ]);
  assert.deepEqual(names(val), ["1 val/b/w.png", "2 val/c/z.png", "3 val/d/only_here.png"]);
  assert.deepEqual([...(await readImage(val, 1)).pixels.subarray(0, 3)], [40, 20, 30]);
  const alone = await openDataFolder(`${root.path}/train`);
  assert.deepEqual([alone.splits, alone.name], [["all"], "train"]);
  await assert.rejects(() => readImage(val, 3), RangeError);
});

Deno.test("what is no data set is refused with what is recognised, or with what is wrong", async () => {
  using root = new TemporaryDirectory();
  const empty = `${root.path}/empty`, loose = `${root.path}/loose`, loop = `${root.path}/loop`;
  await Deno.mkdir(empty);
  await writeFolders(loose, { images: ["val/1.png"] });
  await writeFolders(loop, { images: ["a/1.png"] });
  await Deno.symlink("..", `${loop}/a/up`);
  const refused = async (path: string, message: RegExp): Promise<void> => {
    await assert.rejects(async () => openSplit(await openDataFolder(path)), (error) => {
      assert.equal((error as Error).name, "DataSetError");
      assert.match((error as Error).message, message);
      return true;
    });
  };
  await refused(`${root.path}/none`, /there is no file or folder that may be read/);
  await refused(
    empty,
    /recognised are\n[^]*cifar-10-batches-bin\/[^]*cifar-100-binary[^]*idx3-ubyte[^]*train\/<class>/,
  );
  await refused(loose, /loose\/val as images must be in a folder for each class/);
  await refused(loop, /at most 16 deep, or a link is a loop/);
});

Deno.test("names stand for the folders in the user's own that Zen-NAS uses, unless there is such a file", async () => {
  using root = new TemporaryDirectory();
  const home = Deno.env.get("HOME")!;
  await write(`${root.path}/data/pytorch_cifar100/cifar-100-binary/test.bin`, cifarRecord([0, 5], 1));
  Deno.env.set("HOME", root.path);
  try {
    assert.equal((await openDataFolder("cifar100")).name, "CIFAR-100");
    await assert.rejects(() => openDataFolder("imagenet"), { path: `${root.path}/data/imagenet` });
  } finally {
    Deno.env.set("HOME", home);
  }
});
