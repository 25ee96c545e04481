/**
 * Losses of a training beside PyTorch's, from the same weights and the same images in the same order:
 * `deno task bench:losses --peer <python with torch> --data <dir> [--network cifar_resnet20] [--steps 200] [--batch 64]
 * [--threads <of PyTorch>]`.
 *
 * The recipe is the preset `cifar-quick` without augmentation and warm-up. PyTorch also trains in float64, and again in float32 with
 * one thread and with the other layout: how far these are from each other is what rounding does, and the measure for ours.
 * Prints Markdown.
 *
 * @module
 */

// deno-lint-ignore-file no-console
import { parseArgs } from "node:util";
import { normalizations } from "../core/images/mod.ts";
import { loadTrainConfig, openDataFolder, openSplit, TrainingImages } from "../core/io/mod.ts";
import { networkNamed } from "../core/networks/zoo/mod.ts";
import { recipeOf, type TrainConfig } from "../core/train/mod.ts";
import { openCpu } from "../kernels/mod.ts";
import { type PeerForm, TorchTrainingProcess } from "./training_peer.ts";
import { type Batches, BenchTraining } from "./training_runs.ts";

const { values } = parseArgs({
  options: {
    peer: { type: "string" },
    data: { type: "string" },
    network: { type: "string", default: "cifar_resnet20" },
    steps: { type: "string", default: "200" },
    batch: { type: "string", default: "64" },
    threads: { type: "string", default: `${navigator.hardwareConcurrency}` },
  },
});

/** Steps that are shown; the last is shown too. */
const SHOWN = [1, 2, 3, 4, 5, 10, 20, 30, 50, 100, 150, 200];
/** Steps between two words on stderr. */
const CHUNK = 25;

/** The forms in which PyTorch trains, by their columns. */
const threads = Number(values.threads);
const forms: Readonly<Record<string, PeerForm>> = {
  f64: { layout: "contiguous", dtype: "float64", threads },
  f32: { layout: "contiguous", dtype: "float32", threads },
  ...(threads > 1 && { "f32, 1 thread": { layout: "contiguous", dtype: "float32", threads: 1 } }),
  "f32, channels last": { layout: "channels_last", dtype: "float32", threads },
};

/** The batches of an epoch, which steps take in turn. */
async function realBatches(data: string, config: TrainConfig, size: number): Promise<Batches> {
  const train = await openSplit(await openDataFolder(data), "train"), { batch, seed } = config;
  const recipe = recipeOf(config, { size, normalization: normalizations.cifar });
  using source = new TrainingImages(train, { recipe, batch, seed });
  const images: Float32Array[] = [], labels: number[] = [];
  for await (const one of source.epoch(0)) {
    images.push(one.images);
    labels.push(...one.labels);
  }
  return { images, labels };
}

/** Losses of steps in chunks, with a word after each. */
async function losses(name: string, take: (count: number) => Promise<readonly number[]>): Promise<number[]> {
  const steps = Number(values.steps), all: number[] = [];
  while (all.length < steps) {
    all.push(...await take(Math.min(CHUNK, steps - all.length)));
    console.error(`${name}: step ${all.length} of ${steps}, loss ${all.at(-1)!.toFixed(6)}`);
  }
  return all;
}

/** Losses by column: ours, then PyTorch's. */
async function allLosses(python: string, data: string): Promise<Readonly<Record<string, readonly number[]>>> {
  const own = { batch: Number(values.batch), crop: "none", flip: false, warmupEpochs: 0 };
  const config = await loadTrainConfig("cifar-quick", own), design = networkNamed(values.network).design();
  const batches = await realBatches(data, config, design.resolution);
  await using backend = await openCpu();
  using training = await BenchTraining.begin(design, { name: values.network, config, backend, batches });
  const rates = training.nextRates(Number(values.steps)), found: Record<string, readonly number[]> = {};
  found.zen = await losses("zen", (count) => training.take(count));
  using peer = new TorchTrainingProcess(python, { threads });
  for (const [name, form] of Object.entries(forms)) {
    await peer.begin(training.subject, form);
    let taken = 0;
    found[name] = await losses(name, async (count) => (await peer.take(rates.slice(taken, taken += count))).losses);
  }
  return found;
}

const { peer, data } = values;
if (peer === undefined || data === undefined) throw new Error("Cannot compare losses without --peer and --data");
const found = await allLosses(peer, data), { zen, f64, ...rest } = found, steps = Number(values.steps);
const away = (losses: readonly number[], step: number) => Math.abs(losses[step - 1]! / f64![step - 1]! - 1);
const names = ["zen", ...Object.keys(rest)],
  all = { zen: zen!, ...rest } as Readonly<Record<string, readonly number[]>>;
const heads = ["step", "zen", "PyTorch f32", "PyTorch f64", ...names.map((name) => `${name} − f64`)];
console.log(`| ${heads.join(" | ")} |\n|${" ---: |".repeat(heads.length)}`);
for (const step of new Set([...SHOWN.filter((step) => step < steps), steps])) {
  const shown = [zen!, rest.f32!, f64!].map((losses) => losses[step - 1]!.toFixed(6));
  console.log(`| ${[step, ...shown, ...names.map((name) => away(all[name]!, step).toExponential(1))].join(" | ")} |`);
}
const worst = names.map((name) => Math.max(...f64!.map((_, at) => away(all[name]!, at + 1))).toExponential(1));
console.log(`| most | | | | ${worst.join(" | ")} |`);
