import assert from "node:assert/strict";
import { augment, type AugmentationRecipe, cifarRecipe, imagenetRecipe, normalizations } from "@zennas/zennas";
import {
  type DataSet,
  type EpochOptions,
  epochOrder,
  openDataFolder,
  openSplit,
  readImage,
  type TrainingBatch,
  TrainingImages,
  type TrainingImagesOptions,
} from "../../../core/io/data/mod.ts";
import { TemporaryDirectory } from "../run_case.ts";
import { cifar10Files, write, writeFolders } from "./data_case.ts";

const recipe = cifarRecipe({ size: 32 });

/** Ten images of CIFAR's size, five times over. */
async function cifar(root: TemporaryDirectory): Promise<DataSet> {
  for (const [name, bytes] of cifar10Files) await write(`${root.path}/${name}`, bytes);
  const data = await openSplit(await openDataFolder(root.path), "train");
  return {
    ...data,
    count: 50,
    label: (index) => data.label(index % 10),
    nameOf: (index) => data.nameOf(index % 10),
    source: (index) => data.source(index % 10),
  };
}

interface Reading extends TrainingImagesOptions, EpochOptions {
  readonly epoch?: number;
}

async function read(data: DataSet, { epoch = 0, firstStep, signal, ...options }: Reading): Promise<TrainingBatch[]> {
  using images = new TrainingImages(data, options);
  return await Array.fromAsync(images.epoch(epoch, { firstStep, signal }));
}

Deno.test("the same batches with no thread, one and four", async () => {
  using root = new TemporaryDirectory();
  const data = await cifar(root), options = { recipe, batch: 20, seed: 3, epoch: 2, rest: "keep" } as const;
  const alone = await read(data, { ...options, workers: 0 });
  assert.deepEqual(alone.map(({ labels }) => labels.length), [20, 20, 10]);
  for (const workers of [1, 4]) assert.deepEqual(await read(data, { ...options, workers }), alone, `${workers}`);
});

Deno.test("files are augmented in threads to the same values", async () => {
  using root = new TemporaryDirectory();
  await writeFolders(root.path, { images: Array.from({ length: 9 }, (_, number) => `${number % 3}/${number}.png`) });
  const data = await openSplit(await openDataFolder(root.path));
  const options = { recipe: imagenetRecipe({ size: 16 }), batch: 4, seed: 1, epoch: 1 };
  const alone = await read(data, { ...options, workers: 0 });
  assert.deepEqual(alone.map(({ labels, images }) => [labels.length, images.length]), [[4, 3072], [4, 3072]]);
  assert.deepEqual(await read(data, { ...options, workers: 2 }), alone);
});

Deno.test("each image is the augmentation of its number in the data set, with its label", async () => {
  using root = new TemporaryDirectory();
  const data = await cifar(root), batches = await read(data, { recipe, batch: 20, seed: 3, epoch: 7, workers: 1 });
  assert.deepEqual(batches.map(({ step }) => step), [0, 1]);
  assert.deepEqual(batches.flatMap(({ indices }) => indices), [...epochOrder(50, { seed: 3, epoch: 7 })].slice(0, 40));
  for (const { images, labels, indices } of batches) {
    for (const [place, index] of indices.entries()) {
      const expected = augment(await readImage(data, index), { recipe, seed: 3, epoch: 7, index }).values;
      assert.deepEqual(images.subarray(place * 3072, (place + 1) * 3072), expected, `${index}`);
      assert.equal(labels[place], data.label(index));
    }
  }
});

Deno.test("an epoch that begins at a later step is the tail of the whole one", async () => {
  using root = new TemporaryDirectory();
  const data = await cifar(root), options = { recipe, batch: 8, seed: 3, epoch: 1, rest: "keep", workers: 0 } as const;
  const whole = await read(data, options);
  for (const firstStep of [1, 4, 6]) {
    assert.deepEqual(await read(data, { ...options, firstStep }), whole.slice(firstStep));
  }
  assert.deepEqual(await read(data, { ...options, firstStep: 7 }), []);
  for (const firstStep of [-1, 8, 0.5]) {
    await assert.rejects(() => read(data, { ...options, firstStep }), {
      name: "RangeError",
      message: `Cannot begin an epoch as its first step is 0 … 7: got ${firstStep}`,
    });
  }
});

Deno.test("every image comes once an epoch, in another order, changed otherwise", async () => {
  using root = new TemporaryDirectory();
  const data = await cifar(root);
  using images = new TrainingImages(data, { recipe, batch: 10, seed: 3, workers: 0 });
  const first = await Array.fromAsync(images.epoch(0)), second = await Array.fromAsync(images.epoch(1));
  const order = (batches: readonly TrainingBatch[]): number[] => batches.flatMap(({ indices }) => indices);
  for (const epoch of [first, second]) {
    assert.deepEqual(order(epoch).toSorted((a, b) => a - b), Array.from({ length: 50 }, (_, index) => index));
  }
  assert.notDeepEqual(order(first), order(second));
  const valuesOf = (batches: readonly TrainingBatch[], index: number): Float32Array => {
    const place = order(batches).indexOf(index), { images } = batches[Math.floor(place / 10)]!;
    return images.subarray(place % 10 * 3072, (place % 10 + 1) * 3072);
  };
  const same = order(first).filter((index) => `${valuesOf(first, index)}` === `${valuesOf(second, index)}`);
  assert.ok(same.length <= 2, `${same.length} of 50 are the same in both epochs`);
  assert.deepEqual(await Array.fromAsync(images.epoch(0)), first);
  assert.notDeepEqual(order(await read(data, { recipe, batch: 10, seed: 4, workers: 0 })), order(first));
});

Deno.test("images behind the last whole batch are dropped, or kept", async () => {
  using root = new TemporaryDirectory();
  const data = await cifar(root), options = { recipe, batch: 15, seed: 1, workers: 0 };
  const sizes = async (rest?: "keep" | "drop") =>
    (await read(data, { ...options, rest })).map(({ labels }) => labels.length);
  assert.deepEqual([await sizes(), await sizes("drop"), await sizes("keep")], [[15, 15, 15], [15, 15, 15], [
    15,
    15,
    15,
    5,
  ]]);
  using kept = new TrainingImages(data, { ...options, rest: "keep" });
  assert.equal(kept.steps, 4);
  for (const batch of [0, 51, 2.5]) {
    assert.throws(() => new TrainingImages(data, { ...options, batch }), {
      name: "RangeError",
      message: `Cannot make batches of 50 images as a batch has 1 … 50: got ${batch}`,
    });
  }
});

Deno.test("the next whole image of its batch takes the place of a broken one, which is named once", async () => {
  using root = new TemporaryDirectory();
  const good = Array.from({ length: 7 }, (_, number) => `a/${number}.png`);
  await writeFolders(root.path, { images: good, broken: ["a/4.jpg"] });
  const data = await openSplit(await openDataFolder(root.path)), bad = 4;
  assert.equal(data.nameOf(bad), "a/4.jpg");
  using images = new TrainingImages(data, { recipe: imagenetRecipe({ size: 8 }), batch: 4, seed: 2, workers: 0 });
  for (const epoch of [0, 1, 2, 3]) {
    const order = epochOrder(8, { seed: 2, epoch });
    for (const { step, indices, images: values } of await Array.fromAsync(images.epoch(epoch))) {
      const wanted = [...order.slice(step * 4, step * 4 + 4)];
      const next = wanted[(wanted.indexOf(bad) + 1) % 4]!;
      assert.deepEqual(indices, wanted.map((index) => index === bad ? next : index));
      assert.equal(values.length, 4 * 8 * 8 * 3);
    }
  }
  assert.deepEqual(images.broken.map(({ index, file }) => [index, file]), [[bad, "a/4.jpg"]]);
  assert.match(images.broken[0]!.broken, /unsupported image format/);
});

Deno.test("a batch without a whole image, and images of several sizes in one, are errors of the data set", async () => {
  using root = new TemporaryDirectory();
  await writeFolders(root.path, { images: ["a/1.png"], broken: ["a/2.png"] });
  const data = await openSplit(await openDataFolder(root.path)), options = { recipe, batch: 1, seed: 1, workers: 0 };
  await assert.rejects(
    () => read(data, { ...options, recipe: imagenetRecipe({ size: 8 }) }),
    /Cannot read a\/2.png as no image of its batch can be decoded/,
  );
  const sizes = [{ width: 3, height: 3, pixels: new Uint8Array(27) }, {
    width: 2,
    height: 2,
    pixels: new Uint8Array(12),
  }];
  const mixed: DataSet = { ...data, source: (index) => sizes[index]! };
  const whole: AugmentationRecipe = { flip: 0, normalization: normalizations.cifar };
  await assert.rejects(() => read(mixed, { ...options, batch: 2, recipe: whole }), /images of a batch have one size/);
});

Deno.test("no more batches are on their way than are needed, and an abort ends the one that is waited for", async () => {
  using root = new TemporaryDirectory();
  const data = await cifar(root), stop = new AbortController(), reason = new Error("enough");
  let begun = 0;
  const counted: DataSet = { ...data, source: (index) => (begun++, data.source(index)) };
  using images = new TrainingImages(counted, { recipe, batch: 5, seed: 1, workers: 0 });
  const batches = images.epoch(0, { signal: stop.signal });
  assert.equal(begun, 0);
  await batches.next();
  assert.equal(begun, 15);
  assert.ok(images.times.batches === 1 && images.times.transformMs > 0);
  stop.abort(reason);
  await assert.rejects(() => batches.next(), reason);
});
