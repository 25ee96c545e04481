/** Plans: what is done to one image, with all that was drawn. */
import { epochRandom, permutation, type Random } from "../../numeric/mod.ts";
import type { Box } from "../image.ts";
import type { Normalization } from "../normalize.ts";
import { erasedBox, paddedBox, type PixelSize, resizedBox } from "./boxes.ts";
import type { Colour } from "./geometry.ts";
import type { OperationCall, OperationName } from "./operations.ts";
import {
  AUTO_AUGMENT_STEPS,
  autoAugmentPolicies,
  operationValue,
  RAND_AUGMENT_STEPS,
  randAugmentOperations,
} from "./policies.ts";
import type { AugmentationRecipe, CropRecipe, JitterRecipe, PolicyRecipe } from "./recipe.ts";

/** A part of an image, black where it is outside; resized to `size` × `size` bicubically where there is a size. */
export interface PlannedCrop {
  /** What is cut. */
  readonly box: Box;
  /** Rows and columns afterwards, where they are others. */
  readonly size?: number | undefined;
}

/** What is done to one image, in this order. */
export interface AugmentationPlan {
  /** Undefined where the whole image is kept. */
  readonly crop: PlannedCrop | undefined;
  /** Whether left and right are exchanged. */
  readonly flip: boolean;
  /** Those of the policy, or of colour jitter. */
  readonly operations: readonly OperationCall[];
  /** What is added to red, green and blue, in units of 255 levels; undefined where nothing is. */
  readonly lighting: Colour | undefined;
  /** Makes numbers of pixels. */
  readonly normalization: Normalization;
  /** What becomes 0. */
  readonly erased: Box | undefined;
}

/** Which image, and what for. */
export interface AugmentationDraw {
  /** What is drawn from. */
  readonly recipe: AugmentationRecipe;
  /** A non-negative safe integer. */
  readonly seed: number;
  /** The pass over the data set, from 0. */
  readonly epoch: number;
  /** The image's number in the data set. */
  readonly index: number;
}

/**
 * Draws what is done to image `index` of epoch `epoch`: a function of the recipe, the seed, these two numbers and the
 * image's size alone. Throws RangeError for an image that is too small for its crop, and for numbers out of bounds.
 */
export function drawAugmentation(image: PixelSize, { recipe, seed, epoch, index }: AugmentationDraw): AugmentationPlan {
  const random = epochRandom("augmentation", { seed, epoch, item: index });
  const crop = recipe.crop && drawCrop(random, image, recipe.crop);
  const size = recipe.crop ? { width: recipe.crop.size, height: recipe.crop.size } : image;
  const flip = random.uniform() < recipe.flip;
  const policy = recipe.policy ? drawPolicy(random, size, recipe.policy) : [];
  const jitter = recipe.jitter ? drawJitter(random, recipe.jitter) : [];
  const lighting = recipe.lighting === undefined ? undefined : drawLighting(random, recipe.lighting);
  const { normalization, erasing } = recipe;
  const erased = erasing && random.uniform() < erasing.probability ? erasedBox(random, size, erasing) : undefined;
  return { crop, flip, operations: [...policy, ...jitter], lighting, normalization, erased };
}

function drawCrop(random: Random, image: PixelSize, crop: CropRecipe): PlannedCrop {
  if (crop.kind === "padded") return { box: paddedBox(random, image, crop) };
  return { box: resizedBox(random, image, crop), size: crop.size };
}

function drawPolicy(random: Random, size: PixelSize, policy: PolicyRecipe): OperationCall[] {
  const { fill, shearing } = policy;
  const call = (operation: OperationName, share: number): OperationCall => {
    const sign = random.below(2) === 0 ? 1 : -1;
    return { operation, value: operationValue(operation, { share, sign, ...size }), fill, shearing };
  };
  if (policy.kind === "random") {
    const share = shareOf(policy.magnitude);
    return Array.from({ length: policy.count }, () => call(random.pick(randAugmentOperations), share));
  }
  return random.pick(autoAugmentPolicies[policy.policy]).flatMap(([operation, probability, magnitude]) =>
    random.uniform() < probability ? [call(operation, magnitude / AUTO_AUGMENT_STEPS)] : []
  );
}

function shareOf(magnitude: number): number {
  if (magnitude >= 0 && magnitude <= RAND_AUGMENT_STEPS) return magnitude / RAND_AUGMENT_STEPS;
  throw new RangeError(`Cannot draw operations as RandAugment's magnitude is 0 … 10: got ${magnitude}`);
}

function drawJitter(random: Random, { brightness, contrast, saturation }: JitterRecipe): OperationCall[] {
  const factor = (spread: number): number => random.uniform(Math.max(0, 1 - spread), 1 + spread);
  const calls: readonly OperationCall[] = [
    { operation: "brightness", value: factor(brightness) },
    { operation: "contrast", value: factor(contrast) },
    { operation: "color", value: factor(saturation) },
  ];
  return Array.from(permutation(calls.length, random), (place) => calls[place]!);
}

/** The eigenvalues and eigenvectors (in columns) of the covariance of ImageNet's colours, as the published recipes use. */
const eigenvalues = [0.2175, 0.0188, 0.0045] as const;
const eigenvectors = [
  [-0.5675, 0.7192, 0.4009],
  [-0.5808, -0.0045, -0.8140],
  [-0.5836, -0.6948, 0.4203],
] as const;

function drawLighting(random: Random, deviation: number): Colour {
  const amounts = eigenvalues.map((eigenvalue) => eigenvalue * deviation * random.normal());
  const along = (row: readonly number[]): number => row.reduce((sum, one, place) => sum + one * amounts[place]!, 0);
  return [along(eigenvectors[0]), along(eigenvectors[1]), along(eigenvectors[2])];
}
