/**
 * Times what happens to an image before a network sees it, for a photograph of 500 × 375 pixels as ImageNet's are:
 * `deno task bench:images [photo…]`. Without photographs a small one from the tests is enlarged. Prints Markdown.
 *
 * @module
 */

// deno-lint-ignore-file no-console
import sharp from "sharp";
import { decodeImage, ImageBatches, openDataFolder, openSplit } from "../core/io/data/mod.ts";
import { replaceFile } from "../core/io/files/write.ts";
import { Resizer } from "../core/io/data/resizer.ts";
import { applyPipeline, evaluationPipeline, normalizations, resizeBicubic, type RgbImage } from "../core/images/mod.ts";
import { environment } from "./environment.ts";
import { summarizeTimes, timeAsyncMs } from "./harness.ts";

const WIDTH = 500, HEIGHT = 375;
/** Images that are read for the last figure. */
const IMAGES = 256;
const ROUNDS = 50;
const resized = { width: 341, height: 256 };
const crop = { left: 58, top: 16, width: 224, height: 224 };
const pipeline = evaluationPipeline({ crop: 224, resolution: 224, normalization: normalizations.imagenet });

/** A photograph as a JPEG file of the size. */
async function jpegOf(path: string): Promise<Uint8Array> {
  return await sharp(path).removeAlpha().resize(WIDTH, HEIGHT).jpeg({ quality: 90 }).toBuffer();
}

async function bySharp({ pixels, width, height }: RgbImage): Promise<Uint8Array> {
  const raw = { width, height, channels: 3 } as const;
  return await sharp(pixels, { raw }).resize({ ...resized, kernel: "cubic", fit: "fill" }).raw().toBuffer();
}

/** Mean and largest difference in grey levels. */
function difference(a: Uint8Array, b: Uint8Array): { mean: number; max: number } {
  const each = Array.from(a, (value, at) => Math.abs(value - b[at]!));
  return { mean: each.reduce((sum, one) => sum + one, 0) / each.length, max: each.reduce((x, y) => Math.max(x, y)) };
}

async function printDifferences(files: readonly string[], resizer: Resizer): Promise<void> {
  for (const path of files) {
    const image = await decodeImage(await jpegOf(path)), ours = resizer.resize(image, resized).pixels;
    if (difference(ours, resizeBicubic(image, resized).pixels).max !== 0) throw new Error("The two versions differ");
    const { mean, max } = difference(ours, await bySharp(image));
    console.log(`libvips against Pillow's bits on ${path}: mean ${mean.toFixed(3)}, largest ${max} grey levels`);
  }
}

/** Images a second from a folder, with what its reader waited for. */
async function printThroughput(jpeg: Uint8Array): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/class`);
    for (let number = 0; number < IMAGES; number++) replaceFile(`${folder}/class/${number}.jpg`, jpeg);
    const data = await openSplit(await openDataFolder(folder));
    const ms = await timeAsyncMs(async () => {
      using batches = new ImageBatches(data, { pipeline, batch: 64 });
      for await (const { labels } of batches) if (labels.length !== 64) throw new Error("An image is missing");
    });
    console.log(`\n${Math.round(IMAGES / ms * 1000)} images/s with a thread a core, their start included`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const files = Deno.args.length > 0
  ? Deno.args
  : [new URL("../tests/fixtures/images/cat.png", import.meta.url).pathname];
const jpeg = await jpegOf(files[0]!), image = await decodeImage(jpeg), resizer = await Resizer.load();
sharp.concurrency(1);
const rows: Readonly<Record<string, () => unknown>> = {
  "decode (libvips)": () => decodeImage(jpeg),
  "resize and crop, WebAssembly": () => resizer.resize(image, { ...resized, part: crop }),
  "resize, WebAssembly": () => resizer.resize(image, resized),
  "resize, TypeScript": () => resizeBicubic(image, resized),
  "resize, libvips": () => bySharp(image),
  "resize, crop and normalise": () => applyPipeline(image, pipeline, resizer.resize.bind(resizer)),
};

const { cpu, cores, deno } = environment();
console.log(`${cpu}, ${cores} cores, Deno ${deno}, one thread, ${ROUNDS} rounds\n`);
console.log("| step | best, ms | median, ms |\n| --- | ---: | ---: |");
for (const [name, step] of Object.entries(rows)) {
  const times: number[] = [];
  for (let round = 0; round < 10 + ROUNDS; round++) times.push(await timeAsyncMs(async () => void await step()));
  const { minMs, medianMs } = summarizeTimes(times.slice(10));
  console.log(`| ${name} | ${minMs.toFixed(2)} | ${medianMs.toFixed(2)} |`);
}
console.log();
await printDifferences(files, resizer);
await printThroughput(jpeg);
