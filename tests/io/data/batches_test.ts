import assert from "node:assert/strict";
import { evaluationPipeline, type ImageBatch, normalizations } from "@zennas/zennas";
import { type BatchOptions, type DataSet, ImageBatches, openDataFolder, openSplit } from "../../../core/io/data/mod.ts";
import { ImageWorkers } from "../../../core/io/data/workers.ts";
import { TemporaryDirectory } from "../run_case.ts";
import { cifar10Files, write, writeFolders } from "./data_case.ts";

const normalization = normalizations.imagenet;
const whole = evaluationPipeline({ resolution: 32, normalization });
const cropped = evaluationPipeline({ crop: 14, resolution: 12, normalization });

/** All batches, and the reader that gave them. */
async function read(data: DataSet, options: BatchOptions): Promise<{ batches: ImageBatch[]; reader: ImageBatches }> {
  using reader = new ImageBatches(data, options);
  return { batches: await Array.fromAsync(reader), reader };
}

async function cifar(root: TemporaryDirectory): Promise<DataSet> {
  for (const [name, bytes] of cifar10Files) await write(`${root.path}/${name}`, bytes);
  return await openSplit(await openDataFolder(root.path), "train");
}

Deno.test("batches have the data set's order, and the last has what is left", async () => {
  using root = new TemporaryDirectory();
  const { batches } = await read(await cifar(root), { pipeline: whole, batch: 4 });
  assert.deepEqual(batches.map(({ indices }) => indices), [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]);
  assert.deepEqual(batches.map(({ labels }) => labels), [[0, 9, 1, 8], [2, 7, 3, 6], [4, 5]]);
  assert.deepEqual(batches.map(({ images }) => images.length), [4, 4, 2].map((count) => count * 32 * 32 * 3));
  const red = (seed: number): number =>
    Math.fround(Math.fround(Math.fround(((seed * 31) & 255) / 255) - Math.fround(0.485)) / Math.fround(0.229));
  const firsts = batches.flatMap(({ images, indices }) => indices.map((_, place) => images[place * 3072]!));
  assert.deepEqual(firsts, Array.from({ length: 10 }, (_, seed) => red(seed)));
});

Deno.test("a limit takes the first images", async () => {
  using root = new TemporaryDirectory();
  const data = await cifar(root);
  const { batches } = await read(data, { pipeline: whole, batch: 4, limit: 5 });
  assert.deepEqual(batches.map(({ indices }) => indices), [[0, 1, 2, 3], [4]]);
  assert.equal((await read(data, { pipeline: whole, batch: 4, limit: 50 })).batches.length, 3);
});

Deno.test("the same batches with no thread, one or three, and however far ahead", async () => {
  using root = new TemporaryDirectory();
  const images = Array.from({ length: 23 }, (_, number) => `${number % 3}/${number}.png`);
  await writeFolders(root.path, { images, broken: ["1/04.jpg", "2/9.png"] });
  const data = await openSplit(await openDataFolder(root.path));
  const options = { pipeline: cropped, batch: 5 };
  const { batches, reader } = await read(data, { ...options, workers: 0 });
  assert.deepEqual(batches.map(({ labels }) => labels.length), [5, 5, 5, 5, 3]);
  assert.ok(batches.every(({ images, labels }) => images.length === labels.length * 12 * 12 * 3));
  assert.deepEqual(reader.broken.map(({ file }) => file), ["1/04.jpg", "2/9.png"]);
  assert.match(reader.broken[0]!.broken, /unsupported image format/);
  assert.equal(data.nameOf(reader.broken[1]!.index), "2/9.png");
  for (const [workers, ahead] of [[1, 1], [3, 2], [3, 100]] as const) {
    const other = await read(data, { ...options, workers, ahead });
    assert.deepEqual(other.batches, batches);
    assert.deepEqual(other.reader.broken, reader.broken);
  }
});

Deno.test("no more images are begun than may be ahead of their reader", async () => {
  using root = new TemporaryDirectory();
  const data = await cifar(root);
  let begun = 0;
  const counted: DataSet = { ...data, source: (index) => (begun++, data.source(index)) };
  using reader = new ImageBatches(counted, { pipeline: whole, batch: 2, ahead: 3 });
  const batches = reader[Symbol.asyncIterator]();
  assert.equal(begun, 0);
  await batches.next();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(begun >= 4 && begun <= 2 * 2 + 3, `${begun}`);
});

Deno.test("times tell how long the reader waited, and for what", async () => {
  using root = new TemporaryDirectory();
  await writeFolders(root.path, { images: Array.from({ length: 8 }, (_, number) => `a/${number}.png`) });
  const { batches, reader: { times } } = await read(await openSplit(await openDataFolder(root.path)), {
    pipeline: cropped,
    batch: 4,
    workers: 1,
  });
  assert.equal(times.batches, batches.length);
  assert.ok(times.decodeMs > 0 && times.transformMs > 0);
  assert.ok(times.waitedMs >= times.firstMs && times.firstMs > 0);
});

Deno.test("an abort ends the batch that is waited for with its reason", async () => {
  using root = new TemporaryDirectory();
  await writeFolders(root.path, { images: Array.from({ length: 12 }, (_, number) => `a/${number}.png`) });
  const data = await openSplit(await openDataFolder(root.path));
  const stop = new AbortController(), reason = new Error("enough");
  const seen: number[] = [];
  await assert.rejects(async () => {
    using reader = new ImageBatches(data, { pipeline: cropped, batch: 2, workers: 1, signal: stop.signal });
    for await (const { indices } of reader) {
      seen.push(...indices);
      stop.abort(reason);
    }
  }, reason);
  assert.deepEqual(seen, [0, 1]);
});

Deno.test("an abort does not wait for the batch that is asked for", async () => {
  using root = new TemporaryDirectory();
  await writeFolders(root.path, { images: ["a/1.png"] });
  const stop = new AbortController(), reason = new Error("enough");
  const data = await openSplit(await openDataFolder(root.path));
  using reader = new ImageBatches(data, { pipeline: cropped, batch: 2, workers: 1, signal: stop.signal });
  const asked = reader[Symbol.asyncIterator]().next();
  await Promise.resolve();
  stop.abort(reason);
  await assert.rejects(asked, reason);
});

Deno.test("a thread that crashes fails the images it had and those behind them", async () => {
  const script = new URL("data:text/javascript,onmessage = () => { throw new Error('out of order'); };");
  using workers = new ImageWorkers(1, script);
  const source = { width: 1, height: 1, pixels: new Uint8Array(3) };
  const images = [1, 2, 3].map(() => workers.prepare({ source, treatment: whole }));
  for (const result of await Promise.allSettled(images)) {
    assert.equal(result.status, "rejected");
    assert.match(String(result.reason), /ImageWorkerError: Cannot decode images as a thread crashed: .*out of order/);
  }
  await assert.rejects(() => workers.prepare({ source, treatment: whole }), /a thread crashed/);
});

Deno.test("an error of this program in a thread is told, not taken for a broken image", async () => {
  using workers = new ImageWorkers(1);
  const source = { width: 1, height: 1, pixels: new Uint8Array(3) }, pipeline = { ...cropped };
  const wrong = { ...pipeline, pixels: [{ step: "resize-and-crop", shorter: 4, crop: 8 } as const] };
  await assert.rejects(() => workers.prepare({ source, treatment: wrong }), /its thread failed: Cannot take a box/);
});
