/** Answers images by a network with values for its parameters. */
import type { Backend, State } from "../graph/backend.ts";
import type { ImageBatch } from "../images/batch.ts";
import type { NetworkDesign } from "../networks/design.ts";
import { inferenceGraph } from "../networks/inference.ts";
import type { Parameter } from "../networks/layers.ts";
import { IMAGE } from "../networks/parameters.ts";
import type { AnsweredBatch } from "./classification.ts";

/** Something that gives logits for images: a network on a backend, or a file in a runtime. */
export interface Classifier extends Disposable {
  /** Images of a full batch. */
  readonly batch: number;
  /** Rows and columns of an image. */
  readonly resolution: number;
  /** Logits of each image. */
  readonly classes: number;
  /** How many batches can usefully be answered at once. */
  readonly concurrency: number;
  /** The logits `[batch, classes]` of a full batch `[batch, resolution, resolution, 3]`. Calls may overlap. */
  answer(images: Float32Array): Promise<Float32Array>;
}

/** How a network is made ready to answer. */
export interface ClassifierOptions {
  /** Images of a batch. */
  readonly batch: number;
  /** Gives values for the parameters that the network has, by name and in its layouts: read from a file, or by a rule. */
  readonly values: (parameters: readonly Parameter[]) => ParameterValues | Promise<ParameterValues>;
  /** Where it runs. */
  readonly backend: Backend;
}

/** Values of a network's parameters by name, each in the layout of its graph. */
export type ParameterValues = Readonly<Record<string, Float32Array>>;

/**
 * Makes a network ready to answer images in inference mode. Throws what `values` throws, and ShapeError or
 * UnsupportedOpError for a network that cannot be compiled.
 */
export async function openClassifier(design: NetworkDesign, options: ClassifierOptions): Promise<Classifier> {
  const { resolution, classes } = design, { batch, backend } = options;
  const { graph, parameters } = inferenceGraph(design, { batch });
  const values = await options.values(parameters), program = backend.compile(graph);
  return {
    batch,
    resolution,
    classes,
    concurrency: backend.concurrency,
    answer: async (images) => (await program.run({ feeds: { ...values, [IMAGE]: images } }))[0]!,
    [Symbol.dispose]: () => program[Symbol.dispose](),
  };
}

/** How a network whose parameters a device holds is made ready to answer. */
export interface HeldClassifierOptions {
  /** Images of a batch. */
  readonly batch: number;
  /** Where it runs. */
  readonly backend: Backend;
  /** Holds the values of the parameters; answers are by those at the time. */
  readonly state: State;
  /** Under which names, such as those of averages; default: the parameters' own. */
  readonly nameOf?: ((parameter: string) => string) | undefined;
}

/** Makes a network ready to answer by what a state holds. Throws ShapeError, UnsupportedOpError. */
export function heldClassifier(design: NetworkDesign, options: HeldClassifierOptions): Classifier {
  const { resolution, classes } = design, { batch, backend, state, nameOf } = options;
  const { graph } = inferenceGraph(design, { batch, nameOf }), program = backend.compile(graph, { state });
  return {
    batch,
    resolution,
    classes,
    concurrency: 1,
    answer: async (images) => (await program.run({ feeds: { [IMAGE]: images } }))[0]!,
    [Symbol.dispose]: () => program[Symbol.dispose](),
  };
}

/** A batch with zeros behind its images, so that it is full. */
function filled(images: Float32Array, { batch, resolution }: Classifier): Float32Array {
  const elements = batch * resolution * resolution * 3;
  if (images.length === elements) return images;
  const full = new Float32Array(elements);
  full.set(images);
  return full;
}

/**
 * Answers batches, as many at once as the classifier can use, and yields the answers in the batches' order. The last
 * batch may hold fewer images than others.
 */
export async function* answers(
  classifier: Classifier,
  batches: AsyncIterable<ImageBatch>,
): AsyncIterable<AnsweredBatch> {
  const running: Promise<AnsweredBatch>[] = [];
  for await (const { images, labels, indices } of batches) {
    // One more than can run: the next batch is there when one ends.
    if (running.length > classifier.concurrency) yield await running.shift()!;
    const answered = classifier.answer(filled(images, classifier)).then((logits) => ({
      logits: logits.subarray(0, labels.length * classifier.classes),
      labels,
      indices,
    }));
    answered.catch(() => undefined); // the reader gets the failure in its turn
    running.push(answered);
  }
  for (const answered of running) yield await answered;
}
