/**
 * Images a second of whole training steps, from images in memory to new weights, and of PyTorch beside:
 * `deno task bench:train [--peer <python with torch>] [--batch 64] [--samples 15] [--only <network>]
 * [--threads <of both>] [--json]`.
 *
 * A step is a forward pass, gradients, SGD with Nesterov momentum and weight decay, and running statistics. Both use all
 * cores unless told, and the same batch. Their samples alternate, because other work on the machine comes and goes: the shortest times
 * say what each can do, the medians what it did. Losses of three steps from the same weights are compared first. Prints
 * Markdown. A process's peak of memory is of all networks so far: name one by `--only` for its own.
 *
 * @module
 */

// deno-lint-ignore-file no-console
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { loadTrainConfig } from "../core/io/mod.ts";
import { networkNamed } from "../core/networks/zoo/mod.ts";
import { openCpu } from "../kernels/mod.ts";
import { environment } from "./environment.ts";
import type { Timing } from "./harness.ts";
import { TorchTrainingProcess } from "./training_peer.ts";
import { BenchTraining, drawnBatches, measureTraining, trained, type TrainedName } from "./training_runs.ts";
import type { TrainingFigures } from "./training_runs.ts";

const { values } = parseArgs({
  options: {
    peer: { type: "string" },
    batch: { type: "string", default: "64" },
    samples: { type: "string", default: "15" },
    threads: { type: "string", default: `${navigator.hardwareConcurrency}` },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

/** Measures one network after the other, and yields each as it is done. */
async function* measureAll(): AsyncIterable<TrainingFigures> {
  const threads = Number(values.threads), samples = Number(values.samples), batch = Number(values.batch);
  await using backend = await openCpu({ workers: threads });
  using peer = values.peer === undefined ? undefined : new TorchTrainingProcess(values.peer, { threads });
  const config = await loadTrainConfig("cifar-quick", { batch, schedule: "constant", warmupEpochs: 0 });
  for (const name of (Object.keys(trained) as TrainedName[]).filter((name) => (values.only ?? name) === name)) {
    const design = networkNamed(name).design(), batches = drawnBatches(design, batch);
    using training = await BenchTraining.begin(design, { name, config, backend, batches });
    yield await measureTraining(training, { samples, peer, threads, steps: trained[name] });
  }
}

const rate = (batch: number, ms: number): string => (1000 * batch / ms).toFixed(1);
const mebibytes = (bytes: number | undefined): string => bytes === undefined ? "" : (bytes / 2 ** 20).toFixed(0);

/** Images a second at best, in the middle, how far samples are apart, and memory. */
const cells = (batch: number, { minMs, medianMs, spread }: Timing, bytes: number | undefined): string[] => [
  rate(batch, minMs),
  rate(batch, medianMs),
  spread.toFixed(2),
  mebibytes(bytes),
];

function row({ name, batch, timing, peakBytes, peer }: TrainingFigures): string {
  const theirs = peer
    ? [
      ...cells(batch, peer.timing, peer.peakBytes),
      (peer.timing.minMs / timing.minMs).toFixed(2),
      (peer.timing.medianMs / timing.medianMs).toFixed(2),
      peer.difference.toExponential(0),
      peer.layout,
    ]
    : Array<string>(8).fill("");
  return `| ${[name, ...cells(batch, timing, peakBytes), ...theirs].join(" | ")} |`;
}

const OF_ONE = ["images/s", "median", "spread", "MiB"];
const HEADER = ["network", ...OF_ONE, "PyTorch", ...OF_ONE.slice(1), "×", "× median", "losses differ"];

function printAbout(figures: readonly TrainingFigures[], load: readonly number[]): void {
  const { cpu, cores, deno, v8, code } = environment(), date = new Date().toISOString().slice(0, 10);
  const peer = figures[0]?.peer, loads = load.map((one) => one.toFixed(1)).join(" to ");
  console.log(
    `\n${cpu}, ${cores} cores, load ${loads}; Deno ${deno}, V8 ${v8}, ${code}, ${date}; batch ${values.batch}, ` +
      `${values.samples} samples each, ${values.threads} threads` +
      (peer ? `; PyTorch ${peer.torch}, ${peer.capability}` : ""),
  );
}

const load = [loadavg()[0]!], figures: TrainingFigures[] = [];
if (!values.json) console.log(`| ${HEADER.join(" | ")} | layout |\n| --- |${" ---: |".repeat(11)} --- |`);
for await (const one of measureAll()) {
  figures.push(one);
  if (!values.json) console.log(row(one));
}
load.push(loadavg()[0]!);
if (values.json) console.log(JSON.stringify({ environment: { ...environment(), load }, figures }));
else printAbout(figures, load);
