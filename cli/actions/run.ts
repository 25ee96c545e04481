/** What `zen run` does. */
import { classNames, normalizations } from "../../core/images/mod.ts";
import { readBytes } from "../../core/io/files/read.ts";
import { networkNames } from "../../core/networks/zoo/mod.ts";
import {
  type ImageOptions,
  labelsOf,
  type ModelPort,
  openLiteRt,
  randomImages,
  readImage,
  readLiteFile,
} from "../../mobile/mod.ts";
import type { RunOptions } from "../commands/run.ts";
import { inFile } from "../errors.ts";
import { formatOf, openSubject } from "../evaluation/subject.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { print, printJson } from "../terminal.ts";
import { namesWeights, refuseWeights } from "../weights/open.ts";

/** What something answered, and what its classes are called. */
interface Answer {
  readonly outputs: readonly (ModelPort & { readonly values: readonly number[] })[];
  readonly labels: readonly string[];
}

async function readInput(path: string, { shape, normalization }: ImageOptions): Promise<Float32Array> {
  return path === "random"
    ? randomImages(shape, { name: "input", count: 1 })[0]!
    : await readImage(path, { shape, normalization });
}

async function runFile(path: string, { input, normalize = "imagenet" }: RunOptions): Promise<Answer> {
  const bytes = await readBytes(path, "model"), labels = await inFile(path, () => labelsOf(readLiteFile(bytes)));
  using model = await inFile(path, () => openLiteRt(bytes));
  const values: Float32Array[] = [], normalization = normalizations[normalize];
  for (const { shape } of model.inputs) values.push(await readInput(input, { shape, normalization }));
  const outputs = await model.run(values);
  return { labels, outputs: model.outputs.map((port, index) => ({ ...port, values: [...outputs[index]!] })) };
}

async function runNetwork(text: string, options: RunOptions): Promise<Answer> {
  using interrupt = new InterruptSignal({ finishing: "stopping" });
  await using subject = await openSubject(text, options, { batch: 1, signal: interrupt.signal, size: 32 });
  const { classifier: { resolution, classes } } = subject, shape = [1, resolution, resolution, 3];
  const normalization = normalizations[options.normalize ?? subject.normalization ?? "imagenet"];
  const values = await subject.classifier.answer(await readInput(options.input, { shape, normalization }));
  return { outputs: [{ name: "logits", shape: [1, classes], values: [...values] }], labels: classNames(classes) ?? [] };
}

/** Whether a text means a network rather than a file. */
function isNetwork(text: string, options: RunOptions): boolean {
  return namesWeights(options) ? formatOf(text) === undefined : networkNames.includes(text);
}

/** Runs a file, or a network with weights, on one input and prints its outputs. Throws what opening and reading throw. */
export async function run(text: string, options: RunOptions): Promise<void> {
  const of = isNetwork(text, options);
  if (!of) refuseWeights(text, options);
  const { outputs, labels } = await (of ? runNetwork : runFile)(text, options);
  if (options.json) return printJson({ outputs });
  for (const { name, shape, values } of outputs) {
    print(`${name} [${shape.join(", ")}]`);
    const best = values.map((value, index) => ({ value, index })).sort((a, b) => b.value - a.value);
    for (const { value, index } of best.slice(0, options.top)) {
      print(`  ${value.toPrecision(6).padStart(12)}  ${labels[index] ?? index}`);
    }
  }
}
