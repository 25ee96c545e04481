/** What a configuration does to training images. */
import { type AugmentationRecipe, cifarRecipe, imagenetRecipe, type Normalization } from "../images/mod.ts";
import type { TrainConfig } from "./config.ts";

/** What RandAugment does unless told: N and M of its paper's ImageNet recipe (E. Cubuk et al., arXiv 1909.13719). */
const RAND_AUGMENT = { kind: "random", count: 2, magnitude: 9 } as const;

/** What the images of a training have in common. */
export interface TrainingImageOptions {
  /** Rows and columns that the network takes. */
  readonly size: number;
  /** Makes numbers of pixels. */
  readonly normalization: Normalization;
}

/** The augmentation that a configuration names, of Zen-NAS's parts. */
export function recipeOf(
  { crop, flip, policy, jitter, lighting, erasing }: TrainConfig,
  { size, normalization }: TrainingImageOptions,
): AugmentationRecipe {
  const cifar = cifarRecipe({ size }), imagenet = imagenetRecipe({ size });
  const crops = { none: undefined, pad: cifar.crop, resized: imagenet.crop };
  const policies = {
    none: undefined,
    cifar10: cifar.policy,
    imagenet: imagenet.policy,
    randaugment: cifar.policy && { ...cifar.policy, ...RAND_AUGMENT },
  };
  return {
    crop: crops[crop],
    flip: flip ? 0.5 : 0,
    policy: policies[policy],
    jitter: jitter > 0 ? { brightness: jitter, contrast: jitter, saturation: jitter } : undefined,
    lighting: lighting > 0 ? lighting : undefined,
    normalization,
    erasing: erasing > 0 && cifar.erasing ? { ...cifar.erasing, probability: erasing } : undefined,
  };
}
