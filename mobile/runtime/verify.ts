/** Whether an exported file computes what its network does. */
import type { Backend } from "../../core/graph/backend.ts";
import type { Precision } from "../../core/graph/precision.ts";
import { networkNamed } from "../../core/networks/zoo/mod.ts";
import { MobileError } from "../errors.ts";
import { filledNetwork, IMAGE, imageShape, type InferenceNetwork } from "../network/network.ts";
import { parseProvenance, type Provenance, PROVENANCE_ENTRY } from "../provenance.ts";
import { withLogits } from "../tflite/logits.ts";
import { readLiteFile } from "../tflite/reader.ts";
import { compareOutputs, type Comparison } from "./compare.ts";
import { randomImages } from "./images.ts";
import { openLiteRt } from "./litert.ts";
import { withRoundedWeights } from "./rounding.ts";

/** What a file must reach to count as the network that it was made from. */
export interface Threshold {
  /** The least signal to quantisation noise, dB. */
  readonly sqnrDb: number;
  /** The least part of images with the same top-1 class. It is low, as an untrained network's largest logits hardly differ. */
  readonly top1Agreement: number;
}

/** The threshold of each precision. */
export const thresholds: Readonly<Record<Precision, Threshold>> = {
  f32: { sqnrDb: 100, top1Agreement: 1 },
  f16: { sqnrDb: 50, top1Agreement: 0.8 },
  dynamic: { sqnrDb: 25, top1Agreement: 0.5 },
  int8: { sqnrDb: 20, top1Agreement: 0.5 },
};

/**
 * How much further from its network a file may be than a network with rounded weights is: its kernels round every sum
 * too. And the SQNR below which no file is taken for its network, whatever rounding explains.
 */
const MARGIN_DB = 12, LEAST_DB = 20;

/** How far a probability may be from the softmax of the file's own logits: runtimes compute exponentials approximately. */
const PROBABILITY_DIFFERENCE = 1e-5;

/** How to verify. */
export interface VerifyOptions {
  /** Computes the network's own answers. */
  readonly backend: Backend;
  /** How many images of noise to compare on; 8 unless told. */
  readonly images?: number;
}

/** What verifying found. The comparison is one of logits, those before the softmax of a file that ends in one. */
export interface Verification extends Comparison {
  /** What the file says it is. */
  readonly provenance: Provenance;
  /** How far the file's probabilities are off the softmax of its logits; null where it gives logits. */
  readonly probabilityDifference: number | null;
  /** What it must reach: less SQNR than {@link thresholds} say where the network amplifies its weights' rounding. */
  readonly threshold: Threshold;
  /** Whether it does. */
  readonly passed: boolean;
}

/** What a file tells of itself; throws MobileError MODEL_PROVENANCE where it tells nothing. */
export function provenanceOf(bytes: Uint8Array): Provenance {
  const provenance = parseProvenance(readLiteFile(bytes).metadata[PROVENANCE_ENTRY]);
  if (provenance) return provenance;
  throw new MobileError("MODEL_PROVENANCE", "Cannot verify the model as it does not tell which network it holds");
}

function softmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = logits.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}

async function networkAnswers(
  network: InferenceNetwork,
  images: readonly Float32Array[],
  backend: Backend,
): Promise<Float32Array[]> {
  using program = backend.compile(network.graph);
  const answers: Float32Array[] = [];
  for (const image of images) {
    const [logits] = await program.run({ feeds: { ...network.values, [IMAGE]: image } });
    answers.push(logits!);
  }
  return answers;
}

async function fileAnswers(bytes: Uint8Array, images: readonly Float32Array[]): Promise<Float32Array[]> {
  using model = await openLiteRt(bytes);
  const answers: Float32Array[] = [];
  for (const image of images) answers.push((await model.run([image]))[0]!);
  return answers;
}

/** How far a file's probabilities are off the softmax of its own logits, at most. */
async function probabilityDifference(
  bytes: Uint8Array,
  images: readonly Float32Array[],
  logits: readonly Float32Array[],
): Promise<number> {
  return compareOutputs(logits.map(softmax), await fileAnswers(bytes, images)).maxDifference;
}

/** Throws MobileError MODEL_NUMERICS for answers that are not numbers. */
function checkFinite(answers: readonly Float32Array[], whose: string): void {
  if (answers.every((values) => values.every(Number.isFinite))) return;
  throw new MobileError("MODEL_NUMERICS", `Cannot compare answers as ${whose} are not finite`);
}

/**
 * Compares a `.tflite` file with the network that it says it holds, on images that no calibration has seen. Throws
 * MobileError MODEL_PROVENANCE for files of others, MODEL_IO_TYPE for 8-bit inputs, which the host's runtime cannot fill,
 * MODEL_NUMERICS for answers that are not finite.
 */
export async function verifyTflite(bytes: Uint8Array, options: VerifyOptions): Promise<Verification> {
  const { backend, images: count = 8 } = options, provenance = provenanceOf(bytes);
  const network = filledNetwork(networkNamed(provenance.structure).design(provenance.form));
  const images = randomImages(imageShape(network), { name: "verification", count });
  const reference = await networkAnswers(network, images, backend);
  const logits = await fileAnswers(provenance.softmax ? withLogits(bytes) : bytes, images);
  checkFinite(reference, "the network's");
  checkFinite(logits, "the file's");
  const comparison = compareOutputs(reference, logits), { precision } = provenance;
  const threshold = { ...thresholds[precision] };
  if (comparison.sqnrDb < threshold.sqnrDb) {
    const rounded = await networkAnswers(withRoundedWeights(network, precision), images, backend);
    const explained = compareOutputs(reference, rounded).sqnrDb - MARGIN_DB;
    threshold.sqnrDb = Math.min(threshold.sqnrDb, Math.max(LEAST_DB, explained));
  }
  const off = provenance.softmax ? await probabilityDifference(bytes, images, logits) : null;
  const passed = comparison.sqnrDb >= threshold.sqnrDb && comparison.top1Agreement >= threshold.top1Agreement &&
    (off ?? 0) <= PROBABILITY_DIFFERENCE;
  return { ...comparison, probabilityDifference: off, provenance, threshold, passed };
}
