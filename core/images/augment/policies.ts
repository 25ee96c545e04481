/** Policies: which operations follow each other, how often and how strongly. */
import type { OperationName } from "./operations.ts";

/** An operation, the probability that it is applied, and its magnitude 0 … 9. */
export type PolicyEntry = readonly [operation: OperationName, probability: number, magnitude: number];

/** Two operations, one after the other. */
export type SubPolicy = readonly [first: PolicyEntry, second: PolicyEntry];

/** Names of {@link autoAugmentPolicies}. */
export type AutoAugmentName = "cifar10" | "imagenet";

/**
 * What "AutoAugment: Learning Augmentation Policies from Data" (E. D. Cubuk et al., CVPR 2019, arXiv 1805.09501, appendix)
 * found on CIFAR-10 and on ImageNet: of 25 sub-policies one is drawn for each image. ImageNet's last five are among the
 * first 20 already, as in the paper.
 */
export const autoAugmentPolicies: Readonly<Record<AutoAugmentName, readonly SubPolicy[]>> = {
  cifar10: [
    [["invert", 0.1, 7], ["contrast", 0.2, 6]],
    [["rotate", 0.7, 2], ["translateX", 0.3, 9]],
    [["sharpness", 0.8, 1], ["sharpness", 0.9, 3]],
    [["shearY", 0.5, 8], ["translateY", 0.7, 9]],
    [["autoContrast", 0.5, 8], ["equalize", 0.9, 2]],
    [["shearY", 0.2, 7], ["posterize", 0.3, 7]],
    [["color", 0.4, 3], ["brightness", 0.6, 7]],
    [["sharpness", 0.3, 9], ["brightness", 0.7, 9]],
    [["equalize", 0.6, 5], ["equalize", 0.5, 1]],
    [["contrast", 0.6, 7], ["sharpness", 0.6, 5]],
    [["color", 0.7, 7], ["translateX", 0.5, 8]],
    [["equalize", 0.3, 7], ["autoContrast", 0.4, 8]],
    [["translateY", 0.4, 3], ["sharpness", 0.2, 6]],
    [["brightness", 0.9, 6], ["color", 0.2, 8]],
    [["solarize", 0.5, 2], ["invert", 0, 3]],
    [["equalize", 0.2, 0], ["autoContrast", 0.6, 0]],
    [["equalize", 0.2, 8], ["equalize", 0.6, 4]],
    [["color", 0.9, 9], ["equalize", 0.6, 6]],
    [["autoContrast", 0.8, 4], ["solarize", 0.2, 8]],
    [["brightness", 0.1, 3], ["color", 0.7, 0]],
    [["solarize", 0.4, 5], ["autoContrast", 0.9, 3]],
    [["translateY", 0.9, 9], ["translateY", 0.7, 9]],
    [["autoContrast", 0.9, 2], ["solarize", 0.8, 3]],
    [["equalize", 0.8, 8], ["invert", 0.1, 3]],
    [["translateY", 0.7, 9], ["autoContrast", 0.9, 1]],
  ],
  imagenet: [
    [["posterize", 0.4, 8], ["rotate", 0.6, 9]],
    [["solarize", 0.6, 5], ["autoContrast", 0.6, 5]],
    [["equalize", 0.8, 8], ["equalize", 0.6, 3]],
    [["posterize", 0.6, 7], ["posterize", 0.6, 6]],
    [["equalize", 0.4, 7], ["solarize", 0.2, 4]],
    [["equalize", 0.4, 4], ["rotate", 0.8, 8]],
    [["solarize", 0.6, 3], ["equalize", 0.6, 7]],
    [["posterize", 0.8, 5], ["equalize", 1, 2]],
    [["rotate", 0.2, 3], ["solarize", 0.6, 8]],
    [["equalize", 0.6, 8], ["posterize", 0.4, 6]],
    [["rotate", 0.8, 8], ["color", 0.4, 0]],
    [["rotate", 0.4, 9], ["equalize", 0.6, 2]],
    [["equalize", 0, 7], ["equalize", 0.8, 8]],
    [["invert", 0.6, 4], ["equalize", 1, 8]],
    [["color", 0.6, 4], ["contrast", 1, 8]],
    [["rotate", 0.8, 8], ["color", 1, 2]],
    [["color", 0.8, 8], ["solarize", 0.8, 7]],
    [["sharpness", 0.4, 7], ["invert", 0.6, 8]],
    [["shearX", 0.6, 5], ["equalize", 1, 9]],
    [["color", 0.4, 0], ["equalize", 0.6, 3]],
    [["equalize", 0.4, 7], ["solarize", 0.2, 4]],
    [["solarize", 0.6, 5], ["autoContrast", 0.6, 5]],
    [["invert", 0.6, 4], ["equalize", 1, 8]],
    [["color", 0.6, 4], ["contrast", 1, 8]],
    [["equalize", 0.8, 8], ["equalize", 0.6, 3]],
  ],
};

/** The largest magnitude of {@link PolicyEntry}: ranges are cut into ten. */
export const AUTO_AUGMENT_STEPS = 9;

/** The magnitude that is RandAugment's strongest. */
export const RAND_AUGMENT_STEPS = 10;

/**
 * What "RandAugment: Practical automated data augmentation with a reduced search space" (E. D. Cubuk et al., arXiv
 * 1909.13719) draws from, all alike.
 */
export const randAugmentOperations: readonly OperationName[] = [
  ...["identity", "autoContrast", "equalize", "rotate", "solarize", "color", "posterize"] as const,
  ...["contrast", "brightness", "sharpness", "shearX", "shearY", "translateX", "translateY"] as const,
];

/** How strong an operation is, on which image. */
export interface Strength {
  /** 0 for no effect … 1 for the strongest. */
  readonly share: number;
  /** To which side, where there are two. */
  readonly sign: 1 | -1;
  /** Columns of the image. */
  readonly width: number;
  /** Rows of the image. */
  readonly height: number;
}

const factor = ({ share, sign }: Strength): number => 1 + sign * 0.9 * share;
const none = (): number => 0;

/** The paper moves images of 331 pixels by up to 150; others by as large a part of them. */
const FARTHEST = 150 / 331;

const values: Readonly<Record<OperationName, (strength: Strength) => number>> = {
  identity: none,
  shearX: ({ share, sign }) => sign * 0.3 * share,
  shearY: ({ share, sign }) => sign * 0.3 * share,
  translateX: ({ share, sign, width }) => sign * FARTHEST * share * width,
  translateY: ({ share, sign, height }) => sign * FARTHEST * share * height,
  rotate: ({ share, sign }) => sign * 30 * share,
  autoContrast: none,
  invert: none,
  equalize: none,
  solarize: ({ share }) => 256 * (1 - share),
  posterize: ({ share }) => 8 - Math.round(4 * share),
  contrast: factor,
  color: factor,
  brightness: factor,
  sharpness: factor,
};

/**
 * The value of an operation: within AutoAugment's ranges (arXiv 1805.09501, appendix), shears ±0.3, translations ±150 of
 * 331 pixels, rotations ±30°, solarize 256 … 0, posterize 8 … 4 bits, factors 0.1 … 1.9. Each grows from no effect, as in
 * the published Zen-NAS code; so a factor goes from 1 to either side.
 */
export function operationValue(operation: OperationName, strength: Strength): number {
  return values[operation](strength);
}
