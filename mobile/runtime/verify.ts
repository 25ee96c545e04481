/** Whether an exported file computes what its network does. */
import type { Backend } from "../../core/graph/backend.ts";
import type { Precision } from "../../core/graph/precision.ts";
import { networkNamed } from "../../core/networks/zoo/mod.ts";
import type { Normalization } from "../../core/images/mod.ts";
import { MobileError } from "../errors.ts";
import {
  filledNetwork,
  IMAGE,
  imageShape,
  type InferenceNetwork,
  type KnownNetwork,
  type NetworkOrigin,
  type NetworkWeights,
  networkWith,
} from "../network/network.ts";
import { simplify } from "../network/simplify.ts";
import { parseProvenance, type Provenance, PROVENANCE_ENTRY } from "../provenance.ts";
import { withLogits } from "../tflite/logits.ts";
import { lowerToLite } from "../tflite/lower.ts";
import { keptLayers, layerName } from "../tflite/precision/keep.ts";
import { readLiteFile } from "../tflite/reader.ts";
import { compareOutputs, type Comparison } from "./compare.ts";
import { type Conditioning, conditioningOf } from "./conditioning.ts";
import { randomImages } from "./images.ts";
import { type LayerError, layerErrors } from "./layer_errors.ts";
import { openLiteRt } from "./litert.ts";
import { withRoundedWeights } from "./rounding.ts";
import { faultOf, type StepError, stepErrors } from "./step_errors.ts";
import { stepsOf } from "./steps.ts";

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

/** How much further from its network a file may be than the network is from itself where it is rounded as the file is. */
const MARGIN_DB = 12;

/** Images of which each step is compared. */
const STEP_IMAGES = 2;

/** How far a probability may be from the softmax of the file's own logits: runtimes compute exponentials approximately. */
const PROBABILITY_DIFFERENCE = 1e-5;

/** How to verify. */
export interface VerifyOptions {
  /** Computes the network's own answers. */
  readonly backend: Backend;
  /** The weights of a file that holds trained ones. */
  readonly weights?: NetworkWeights | undefined;
  /** What to compare on: so many images of noise, or images in the shape of the network's input; 8 of noise unless told. */
  readonly images?: number | readonly Float32Array[];
}

/** What verifying found. The comparison is one of logits, those before the softmax of a file that ends in one. */
export interface Verification extends Comparison {
  /** What the file says it is. */
  readonly provenance: Provenance;
  /** How far the file's probabilities are off the softmax of its logits; null where it gives logits. */
  readonly probabilityDifference: number | null;
  /**
   * What it must reach: what {@link thresholds} say, or less SQNR, and no agreement, where the network amplifies rounding
   * so much that it reaches no more itself.
   */
  readonly threshold: Threshold;
  /** The network's own SQNR where it is rounded as the file is, and in float32, dB. */
  readonly conditioning: Conditioning;
  /** How many tensors of the file were compared with what the network makes of the tensors before them. */
  readonly steps: number;
  /** The step that is furthest off, beside what rounding explains. */
  readonly worstStep: StepError;
  /** What is wrong, in words; empty for a file that is its network's. */
  readonly faults: readonly string[];
  /** Whether nothing is. */
  readonly passed: boolean;
}

/** What a file tells of itself; throws MobileError MODEL_PROVENANCE where it tells nothing. */
export function provenanceOf(bytes: Uint8Array): Provenance {
  const provenance = parseProvenance(readLiteFile(bytes).metadata[PROVENANCE_ENTRY]);
  if (provenance) return provenance;
  throw new MobileError("MODEL_PROVENANCE", "Cannot verify the model as it does not tell which network it holds");
}

/** Where parameters come from, in words. */
export function parametersText(origin: NetworkOrigin["parameters"]): string {
  return typeof origin === "string" ? `the ${origin}` : `${origin.weights} (SHA-256 ${origin.sha256})`;
}

/**
 * Throws MobileError MODEL_WEIGHTS unless the weights are those that a file was made from: the same by their hash where
 * they are trained, and none where it is filled by the rule.
 */
export function checkWeights({ parameters }: Provenance, weights: Pick<NetworkWeights, "origin"> | undefined): void {
  const sha256Of = (origin: NetworkOrigin["parameters"] | undefined) =>
    typeof origin === "object" ? origin.sha256 : undefined;
  const wanted = sha256Of(parameters), got = sha256Of(weights?.origin);
  if (wanted === got) return;
  const [needed, given] = [parametersText(parameters), weights ? parametersText(weights.origin) : "none"];
  throw new MobileError(
    "MODEL_WEIGHTS",
    `Cannot verify the model as its weights are those of ${needed}: got ${given}`,
    {
      data: { wanted, got },
    },
  );
}

/** The network that a file says it holds. Throws MobileError MODEL_WEIGHTS. */
function networkOf(provenance: Provenance, weights: NetworkWeights | undefined): KnownNetwork {
  checkWeights(provenance, weights);
  const design = networkNamed(provenance.structure).design(provenance.form);
  return weights ? networkWith(design, weights) : filledNetwork(design);
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

/** The pixels of 0 … 1, in 255 steps, that are nearest to an image's values. */
function pixelsOf(image: Float32Array, { mean, std }: Normalization): Float32Array {
  return image.map((value, at) =>
    Math.max(0, Math.min(255, Math.round(255 * (value * std[at % 3]! + mean[at % 3]!)))) / 255
  );
}

const normalized = (pixels: Float32Array, { mean, std }: Normalization): Float32Array =>
  pixels.map((value, at) => (value - mean[at % 3]!) / std[at % 3]!);

/** A file's network, what to run it on, and what the file is given for that. */
function subjectOf(bytes: Uint8Array, { weights, images = 8 }: VerifyOptions) {
  const provenance = provenanceOf(bytes), network = networkOf(provenance, weights);
  const noise = (count: number) => randomImages(imageShape(network), { name: "verification", count });
  const given = typeof images === "number" ? noise(images) : images, { pixels } = provenance;
  if (!pixels) return { provenance, network, images: given, fed: given };
  const fed = given.map((image) => pixelsOf(image, pixels));
  return { provenance, network, images: fed.map((image) => normalized(image, pixels)), fed };
}

/**
 * What each layer of a `.tflite` file loses by how its numbers are stored, the costliest first: see {@link LayerError}.
 * Throws MobileError MODEL_PROVENANCE for files of others, MODEL_WEIGHTS for weights of others.
 */
export async function verifyLayers(bytes: Uint8Array, options: VerifyOptions): Promise<readonly LayerError[]> {
  const { network, images } = subjectOf(bytes, options), { backend } = options;
  return await layerErrors(readLiteFile(bytes).graphs[0]!, { network, images, backend });
}

/** What a file is compared with. */
type Subject = ReturnType<typeof subjectOf> & {
  readonly reference: readonly Float32Array[];
  readonly backend: Backend;
};

/** How much the network amplifies rounding, and how far each step of the file is off. */
async function measured(
  bytes: Uint8Array,
  { network: whole, provenance: { precision, keep }, images: all, fed, reference: answers, backend }: Subject,
): Promise<{ readonly conditioning: Conditioning; readonly steps: readonly StepError[] }> {
  const network = simplify(whole), model = lowerToLite(network), steps = stepsOf(model, readLiteFile(bytes).graphs[0]!);
  const kept = new Set([...keptLayers(model, keep)].map((layer) => layerName(model, layer)));
  const rounded = withRoundedWeights(whole, { precision, kept }).values, isDynamic = precision === "dynamic";
  const [images, reference] = [all.slice(0, STEP_IMAGES), answers.slice(0, STEP_IMAGES)];
  const options = { network, rounded, steps, images, reference, backend, isDynamic };
  return {
    conditioning: await conditioningOf(options),
    steps: await stepErrors(bytes, { ...options, fed: fed.slice(0, STEP_IMAGES) }),
  };
}

/** What a file must reach, by what the network itself reaches where it is rounded as the file is. */
function thresholdOf(precision: Precision, { sqnrDb }: Conditioning): Threshold {
  const usual = thresholds[precision], own = sqnrDb - MARGIN_DB;
  return own < usual.sqnrDb ? { sqnrDb: own, top1Agreement: 0 } : usual;
}

/** What is wrong with a file, the step that is at fault first. */
function faultsOf(
  comparison: Comparison,
  { threshold, conditioning, steps, off }: {
    readonly threshold: Threshold;
    readonly conditioning: Conditioning;
    readonly steps: readonly StepError[];
    readonly off: number;
  },
): readonly string[] {
  const { sqnrDb, top1Agreement } = comparison, { float32Db, foldedDb } = conditioning;
  return [
    ...steps.flatMap((step) => faultOf(step) ?? []),
    ...(foldedDb < Math.min(thresholds.f32.sqnrDb, float32Db - MARGIN_DB) ? ["folding normalisations changed it"] : []),
    ...(sqnrDb < threshold.sqnrDb ? ["its logits differ by more than rounding"] : []),
    ...(top1Agreement < threshold.top1Agreement ? ["its largest logits are others"] : []),
    ...(off > PROBABILITY_DIFFERENCE ? ["its probabilities are not the softmax of its logits"] : []),
  ];
}

/**
 * Compares a `.tflite` file with the network that it says it holds, on images that no calibration has seen: its logits,
 * and each of its tensors with what the network makes of the tensors before it. Throws MobileError MODEL_PROVENANCE for
 * files of others, MODEL_WEIGHTS for weights of others, MODEL_NUMERICS for answers that are not finite.
 */
export async function verifyTflite(bytes: Uint8Array, options: VerifyOptions): Promise<Verification> {
  const { backend } = options, subject = subjectOf(bytes, options), { provenance, network, images, fed } = subject;
  const reference = await networkAnswers(network, images, backend);
  const logits = await fileAnswers(provenance.softmax ? withLogits(bytes) : bytes, fed);
  checkFinite(reference, "the network's");
  checkFinite(logits, "the file's");
  const { conditioning, steps } = await measured(bytes, { ...subject, reference, backend });
  const comparison = compareOutputs(reference, logits), threshold = thresholdOf(provenance.precision, conditioning);
  const off = provenance.softmax ? await probabilityDifference(bytes, fed, logits) : null;
  const faults = faultsOf(comparison, { threshold, conditioning, steps, off: off ?? 0 });
  return {
    ...comparison,
    probabilityDifference: off,
    provenance,
    threshold,
    conditioning,
    steps: steps.length,
    worstStep: steps[0]!,
    faults,
    passed: faults.length === 0,
  };
}
