/** What `zen run` does. */
import { classNames, normalizations } from "../../core/images/mod.ts";
import { readBytes } from "../../core/io/files/read.ts";
import { networkNamed, networkNames, zooFacts } from "../../core/networks/zoo/mod.ts";
import {
  fileLabels,
  type ImageOptions,
  type LiteFile,
  type ModelPort,
  openLiteRt,
  parseProvenance,
  PROVENANCE_ENTRY,
  randomImages,
  readImage,
  readLiteFile,
  statedNormalization,
} from "../../mobile/mod.ts";
import type { RunOptions } from "../commands/run.ts";
import { inFile, UsageError } from "../errors.ts";
import { formatOf, openSubject } from "../evaluation/subject.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { askedNormalization, type ChosenNormalization, normalizationText } from "../normalization.ts";
import { note, print, printJson } from "../terminal.ts";
import { namesWeights, publishedName, refuseWeights } from "../weights/open.ts";

/** What something answered, what its classes are called, and what the input's pixels were normalised by. */
interface Answer {
  readonly outputs: readonly (ModelPort & { readonly values: readonly number[] })[];
  readonly labels: readonly string[];
  readonly pixels: ChosenNormalization | undefined;
}

const RANDOM = "random";

async function readInput(path: string, { shape, normalization }: ImageOptions): Promise<Float32Array> {
  return path === RANDOM
    ? randomImages(shape, { name: "input", count: 1 })[0]!
    : await readImage(path, { shape, normalization });
}

/** What the network that a file says it holds was published with. */
function publishedNormalization({ metadata }: LiteFile): ChosenNormalization | undefined {
  const provenance = parseProvenance(metadata[PROVENANCE_ENTRY]);
  const name = provenance && publishedName(provenance.structure);
  if (name === undefined || !networkNames.includes(name)) return undefined;
  const { normalization } = zooFacts(name);
  if (normalization === undefined) return undefined;
  return { normalization: normalizations[normalization], source: `${normalization}, as ${name} was published` };
}

/** What a file's input is normalised by. Throws UsageError where neither file nor options say it. */
function pixelsOf(path: string, file: LiteFile, options: RunOptions): ChosenNormalization {
  const known = askedNormalization(options) ?? statedNormalization(file) ?? publishedNormalization(file);
  if (known) return known;
  const message = `Cannot run ${path} on an image as it does not say what pixels are normalised by`;
  throw new UsageError(`${message}: give --range 0..1, -1..1 or 0..255, --normalize, or --mean and --std`);
}

async function runFile(path: string, options: RunOptions): Promise<Answer> {
  const { input } = options, bytes = await readBytes(path, "model");
  const [file, labels] = await inFile(path, () => {
    const read = readLiteFile(bytes);
    return [read, fileLabels(bytes, read)] as const;
  });
  const pixels = input === RANDOM ? undefined : await inFile(path, () => pixelsOf(path, file, options));
  using model = await inFile(path, () => openLiteRt(bytes));
  const values: Float32Array[] = [];
  for (const { shape } of model.inputs) {
    values.push(await readInput(input, { shape, normalization: pixels?.normalization }));
  }
  const outputs = await model.run(values);
  return { labels, pixels, outputs: model.outputs.map((port, index) => ({ ...port, values: [...outputs[index]!] })) };
}

async function runNetwork(text: string, options: RunOptions): Promise<Answer> {
  using interrupt = new InterruptSignal({ finishing: "stopping" });
  await using subject = await openSubject(text, options, { batch: 1, signal: interrupt.signal, size: 32 });
  const { classifier: { resolution, classes } } = subject, shape = [1, resolution, resolution, 3];
  const name = subject.normalization ?? "imagenet", own = { normalization: normalizations[name], source: name };
  const pixels = askedNormalization(options) ?? own, { normalization } = pixels;
  const values = await subject.classifier.answer(await readInput(options.input, { shape, normalization }));
  return {
    outputs: [{ name: "logits", shape: [1, classes], values: [...values] }],
    labels: classNames(classes) ?? [],
    pixels: options.input === RANDOM ? undefined : pixels,
  };
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Whether a text means a network rather than a file. */
function isNetwork(text: string, options: RunOptions): boolean {
  return namesWeights(options) ? formatOf(text) === undefined : networkNames.includes(text);
}

/** Runs a file, or a network with weights, on one input and prints its outputs. Throws what opening and reading throw. */
export async function run(text: string, options: RunOptions): Promise<void> {
  const of = isNetwork(text, options);
  if (!of && formatOf(text) === undefined && !await isThere(text)) networkNamed(text); // a name with an error in it
  if (!of) refuseWeights(text, options);
  const { outputs, labels, pixels } = await (of ? runNetwork : runFile)(text, options);
  if (pixels && !options.quiet) note(normalizationText(pixels));
  if (options.json) {
    return printJson({ outputs, normalization: pixels ? { ...pixels.normalization, source: pixels.source } : null });
  }
  for (const { name, shape, values } of outputs) {
    print(`${name} [${shape.join(", ")}]`);
    const best = values.map((value, index) => ({ value, index })).sort((a, b) => b.value - a.value);
    for (const { value, index } of best.slice(0, options.top)) {
      print(`  ${value.toPrecision(6).padStart(12)}  ${labels[index] ?? index}`);
    }
  }
}
