/** Batches on their way through a classifier. */
import assert from "node:assert/strict";
import {
  type AnsweredBatch,
  answers,
  type Classifier,
  filledParameters,
  fillingRules,
  type ImageBatch,
  openClassifier,
  type Parameter,
  parseStructure,
  structureDesign,
} from "@zennas/zennas";
import { openBackend } from "../../kernels/mod.ts";

const PIXELS = 2 * 2 * 3;

/** The images `first` to `first + count − 1`; every value of an image is its place. */
function batchOf(first: number, count: number): ImageBatch {
  const indices = Array.from({ length: count }, (_, image) => first + image);
  const images = Float32Array.from({ length: count * PIXELS }, (_, at) => indices[Math.floor(at / PIXELS)]!);
  return { images, labels: indices.map((index) => index % 2), indices };
}

/** Logits are an image's first value, and the place in its batch. Earlier calls take longer. */
function slowClassifier(state: { running: number; most: number; lengths: number[] }): Classifier {
  let delay = 20;
  return {
    batch: 3,
    resolution: 2,
    classes: 2,
    concurrency: 2,
    async answer(images) {
      state.most = Math.max(state.most, ++state.running);
      state.lengths.push(images.length);
      await new Promise((resolve) => setTimeout(resolve, delay -= 5));
      state.running--;
      return Float32Array.from([0, 1, 2].flatMap((image) => [images[image * PIXELS]!, image]));
    },
    [Symbol.dispose]() {},
  };
}

async function* batches(): AsyncGenerator<ImageBatch> {
  yield batchOf(0, 3);
  yield batchOf(3, 3);
  yield batchOf(6, 3);
  yield batchOf(9, 1);
}

Deno.test("answers come in the batches' order, several are computed at once, and the last batch is filled up", async () => {
  const state = { running: 0, most: 0, lengths: [] as number[] }, seen: AnsweredBatch[] = [];
  for await (const answered of answers(slowClassifier(state), batches())) seen.push(answered);
  assert.deepEqual(seen.flatMap(({ indices }) => indices), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(seen.map(({ logits }) => [...logits]), [
    [0, 0, 1, 1, 2, 2],
    [3, 0, 4, 1, 5, 2],
    [6, 0, 7, 1, 8, 2],
    [9, 0],
  ]);
  assert.ok(state.most > 1, `${state.most} at once`);
  assert.deepEqual(new Set(state.lengths), new Set([3 * PIXELS]));
});

Deno.test("a failure reaches the reader in its turn, after the answers before it", async () => {
  const classifier: Classifier = {
    ...slowClassifier({ running: 0, most: 0, lengths: [] }),
    answer: (images) => images[0] === 3 ? Promise.reject(new Error("lost")) : Promise.resolve(new Float32Array(6)),
  };
  const seen: number[] = [];
  const reading = (async () => {
    for await (const { indices } of answers(classifier, batches())) seen.push(indices[0]!);
  })();
  await assert.rejects(reading, /lost/);
  assert.deepEqual(seen, [0]);
});

Deno.test("an image's logits do not depend on the batch that it is in", async () => {
  const design = structureDesign(parseStructure("SuperConvK3BNRELU(3,8,2,1)"), { classes: 4, resolution: 8 });
  const values = (parameters: readonly Parameter[]) => filledParameters(parameters, fillingRules.trained);
  const images = Float32Array.from({ length: 3 * 8 * 8 * 3 }, (_, at) => Math.sin(at));
  await using backend = await openBackend("cpu", { workers: 1 });
  using three = await openClassifier(design, { batch: 3, values, backend });
  using one = await openClassifier(design, { batch: 1, values, backend });
  const together = await three.answer(images);
  for (const image of [0, 1, 2]) {
    const alone = await one.answer(images.subarray(image * 192, (image + 1) * 192));
    assert.deepEqual([...alone], [...together.subarray(image * 4, (image + 1) * 4)]);
  }
});
