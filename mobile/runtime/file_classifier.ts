/** Answers images by an exported file: TensorFlow Lite or ONNX, from here or from elsewhere. */
import type { Classifier } from "../../core/evaluation/classifier.ts";
import { elementCount, type Shape } from "../../core/graph/shape.ts";
import { MobileError } from "../errors.ts";
import { channelsFirst } from "../onnx/layout.ts";
import { withLogits } from "../tflite/logits.ts";
import { readLiteFile } from "../tflite/reader.ts";
import { openLiteRt } from "./litert.ts";
import { openOnnx } from "./onnx.ts";

/** The rows of a square image with three channels, channels last or first; throws MobileError MODEL_INPUT for others. */
function sideOf(shape: Shape): { readonly resolution: number; readonly isChannelsFirst: boolean } {
  const [batch, a, b, c] = shape;
  if (shape.length === 4 && batch === 1 && a === b && c === 3) return { resolution: a!, isChannelsFirst: false };
  if (shape.length === 4 && batch === 1 && a === 3 && b === c) return { resolution: b!, isChannelsFirst: true };
  throw new MobileError(
    "MODEL_INPUT",
    `Cannot classify images as the model must take one square RGB image: got [${shape.join(", ")}]`,
  );
}

/** The logits whose softmax these probabilities are; those of 0 as the least that a float32 holds. */
function logitsOf(probabilities: Float32Array): Float32Array {
  return probabilities.map((value) => Math.log(Math.max(value, 2 ** -149)));
}

/** A file made ready: one image in, one vector out. */
interface OpenedFile {
  readonly input: Shape;
  readonly output: Shape;
  run(image: Float32Array): Promise<Float32Array>;
  close(): void;
}

async function openTflite(bytes: Uint8Array): Promise<OpenedFile> {
  const endsInSoftmax = readLiteFile(bytes).graphs[0]?.operators.at(-1)?.name === "SOFTMAX";
  const model = await openLiteRt(endsInSoftmax ? withLogits(bytes) : bytes);
  return {
    input: model.inputs[0]?.shape ?? [],
    output: model.outputs[0]?.shape ?? [],
    run: async (image) => (await model.run([image]))[0]!,
    close: () => model[Symbol.dispose](),
  };
}

async function openOnnxFile(bytes: Uint8Array): Promise<OpenedFile> {
  const model = await openOnnx(bytes), { input, output, softmax } = model;
  return {
    input,
    output,
    run: async (image) => softmax ? logitsOf(await model.run(image)) : await model.run(image),
    close: () => void model[Symbol.asyncDispose](),
  };
}

/** Formats of files that hold classifiers. */
export type ClassifierFormat = "tflite" | "onnx";

/**
 * Makes a file's classifier ready to answer images one by one, on this machine. It takes one square RGB image and gives
 * logits, or probabilities whose logits are then given. Throws MobileError MODEL_….
 */
export async function openFileClassifier(bytes: Uint8Array, format: ClassifierFormat): Promise<Classifier> {
  const file = await (format === "tflite" ? openTflite(bytes) : openOnnxFile(bytes));
  try {
    const { resolution, isChannelsFirst } = sideOf(file.input);
    return {
      batch: 1,
      resolution,
      classes: elementCount(file.output),
      concurrency: 1,
      answer: (image) => file.run(isChannelsFirst ? channelsFirst(image, [1, resolution, resolution, 3]) : image),
      [Symbol.dispose]: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}
