/**
 * Times the augmentation of images of CIFAR's size, on two images of the tests: `deno task bench:augment`. Prints Markdown.
 *
 * @module
 */

// deno-lint-ignore-file no-console
import { type DataSet, TrainingImages } from "../core/io/data/mod.ts";
import { applyOperation, augment, cifarRecipe, operationNames, type RgbImage } from "../core/images/mod.ts";
import process from "node:process";
import { environment } from "./environment.ts";
import { timeAsyncMs } from "./harness.ts";

/** Images of a round, and rounds of which the fastest counts. */
const IMAGES = 500, ROUNDS = 20;
/** Images and epochs of the last figures. */
const EPOCH_IMAGES = 6400, EPOCHS = 8;

const recipe = cifarRecipe({ size: 32 });
const { sources } = JSON.parse(
  Deno.readTextFileSync(new URL("../tests/fixtures/augment/operations.json", import.meta.url)),
);
const images: readonly RgbImage[] = ["cifar0", "cifar11"].map((name) => ({
  width: 32,
  height: 32,
  pixels: Uint8Array.from(atob(sources[name].pixels), (char) => char.charCodeAt(0)),
}));
const imageAt = (index: number): RgbImage => images[index % images.length]!;

/** The fastest round, µs of processor time an image: other work on the machine does not count. */
function microseconds(work: (index: number) => unknown): number {
  let fastest = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let index = 0; index < IMAGES; index++) work(index);
    const { user, system } = process.cpuUsage(before);
    fastest = Math.min(fastest, (user + system) / IMAGES);
  }
  return fastest;
}

function printRow(name: string, us: number): void {
  console.log(`| ${name} | ${us.toFixed(1)} | ${Math.round(1e6 / us)} |`);
}

/** Values that change an image, for each operation; the others take factors. */
const values: Readonly<Record<string, number>> = {
  rotate: 20,
  solarize: 100,
  posterize: 5,
  translateX: 7,
  translateY: 7,
};

/** A training's images, batch by batch: the fastest epoch, and the one that took least of the processor. */
async function throughput(workers: number): Promise<string> {
  const data = { count: EPOCH_IMAGES, imageSize: 32, label: () => 0, source: imageAt } as unknown as DataSet;
  using training = new TrainingImages(data, { recipe, batch: 64, seed: 1, workers });
  let fastest = Infinity, least = Infinity;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const before = process.cpuUsage();
    const ms = await timeAsyncMs(async () => {
      for await (const { labels } of training.epoch(epoch)) {
        if (labels.length !== 64) throw new Error("An image is missing");
      }
    });
    const { user, system } = process.cpuUsage(before);
    [fastest, least] = [Math.min(fastest, ms), Math.min(least, (user + system) / EPOCH_IMAGES)];
  }
  const rate = Math.round(EPOCH_IMAGES / fastest * 1000);
  return `${rate} images/s in batches of 64 with ${workers} threads; ${least.toFixed(1)} µs of all threads an image`;
}

const { cpu, cores, deno } = environment();
console.log(
  `${cpu}, ${cores} cores, Deno ${deno}, one thread, processor time, the fastest of ${ROUNDS} rounds of ${IMAGES} images\n`,
);
console.log("| step | µs an image | images/s |\n| --- | ---: | ---: |");
for (const operation of operationNames) {
  const call = { operation, value: values[operation] ?? 0.3, fill: [128, 128, 128], shearing: "bicubic" } as const;
  printRow(operation, microseconds((index) => applyOperation(imageAt(index), call)));
}
const { policy: _, erasing: __, ...plain } = recipe;
printRow(
  "crop, flip, normalise",
  microseconds((index) => augment(imageAt(index), { recipe: plain, seed: 1, epoch: 0, index })),
);
printRow("the recipe of CIFAR", microseconds((index) => augment(imageAt(index), { recipe, seed: 1, epoch: 0, index })));
console.log();
for (const workers of [0, 1, 2]) console.log(await throughput(workers));
