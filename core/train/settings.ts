/**
 * Every setting of a training, once: its kind, its default, and the flag that sets it. These are plain data. What a kind
 * accepts is in config.ts, which makes the schema of a configuration of this table; `zen train` makes its options of it.
 */
import type { Row } from "../settings/mapping.ts";
import type { TrainConfig } from "./config.ts";

/** Optimisers by name. */
export const optimiserNames = ["sgd", "adam", "adamw", "rmsprop", "adadelta"] as const;
/** Shapes of schedules. */
export const scheduleNames = ["cosine", "linear", "stages", "constant"] as const;
/** Rules by which weights begin. */
export const initialisationNames = ["custom", "xavier", "msra", "scaled", "none"] as const;
/** How images are cut: `pad`, a random crop of the padded image; `resized`, a random crop of any size, resized. */
export const cropNames = ["none", "pad", "resized"] as const;
/** Policies of operations on colours and shapes. */
export const policyNames = ["none", "cifar10", "imagenet", "randaugment"] as const;
/** What is between a student's map and its teacher's: a 1×1 convolution, and what follows it. */
export const projectionNames = ["conv", "conv-norm", "conv-relu", "conv-norm-relu"] as const;

/** The kinds of settings, and the type of their values. */
export interface TrainTypes {
  /** A text that is not empty. */
  readonly name: string;
  /** An integer of at least 1. */
  readonly count: number;
  /** An integer of at least 0. */
  readonly natural: number;
  /** A number above 0. */
  readonly amount: number;
  /** A number of at least 0. */
  readonly size: number;
  /** From 0 to 1. */
  readonly share: number;
  /** True or false. */
  readonly switch: boolean;
  /** See {@link optimiserNames}. */
  readonly optimiser: typeof optimiserNames[number];
  /** See {@link scheduleNames}. */
  readonly schedule: typeof scheduleNames[number];
  /** See {@link initialisationNames}. */
  readonly initialisation: typeof initialisationNames[number];
  /** See {@link cropNames}. */
  readonly crop: typeof cropNames[number];
  /** See {@link policyNames}. */
  readonly policy: typeof policyNames[number];
  /** See {@link projectionNames}. */
  readonly projection: typeof projectionNames[number];
  /** Whole numbers from 0 that rise. */
  readonly epochList: readonly number[];
}

/** A setting of a training; without a flag, a file alone sets it. */
export interface TrainSetting extends Row<keyof TrainTypes> {
  /** As a help text shows it, such as `--epochs <count>`. */
  readonly flag?: string;
  /** What it sets, in a few words. */
  readonly help?: string;
  /** Whether it is of distillation, so that other trainings pay no heed. */
  readonly teaches?: true;
}

/** The settings of a training, in the order in which problems are reported. */
export const trainSettings = {
  preset: { kind: "name" },
  epochs: {
    kind: "count",
    most: 100_000,
    required: true,
    flag: "--epochs <count>",
    help: "how often each image is seen",
  },
  batch: { kind: "count", most: 65_536, default: 64, flag: "--batch <images>", help: "images a step" },
  accumulate: {
    kind: "count",
    most: 4096,
    default: 1,
    flag: "--accumulate <steps>",
    help: "batches whose gradients are averaged before the weights change",
  },
  optimiser: { kind: "optimiser", default: "sgd", flag: "--optimiser <name>", help: "how weights follow gradients" },
  learningRate: {
    kind: "amount",
    most: 1e6,
    required: true,
    flag: "--lr <rate>",
    help: "learning rate of a step of 256 images; others in proportion",
  },
  schedule: { kind: "schedule", default: "cosine", flag: "--schedule <name>", help: "how the learning rate changes" },
  warmupEpochs: {
    kind: "size",
    most: 100_000,
    default: 0,
    flag: "--warmup <epochs>",
    help: "epochs in which the learning rate rises from 0",
  },
  stages: { kind: "epochList", default: [] },
  stageFactor: { kind: "amount", most: 1, default: 0.1 },
  momentum: { kind: "share", default: 0.9, flag: "--momentum <share>", help: "of sgd and rmsprop" },
  nesterov: { kind: "switch", default: true },
  weightDecay: {
    kind: "size",
    most: 1e3,
    default: 0,
    flag: "--weight-decay <factor>",
    help: "on weights of convolutions and linear layers",
  },
  clipValue: { kind: "amount", flag: "--clip-value <size>", help: "the most that an element of a gradient may be" },
  clipNorm: { kind: "amount", flag: "--clip-norm <size>", help: "the most that the norm of all gradients may be" },
  average: {
    kind: "share",
    flag: "--average <share>",
    help: "evaluate a running mean of weights that keeps this share",
  },
  initialisation: {
    kind: "initialisation",
    default: "custom",
    flag: "--initialisation <rule>",
    help: "how weights begin",
  },
  normMomentum: { kind: "share", default: 0.01 },
  smoothing: { kind: "share", default: 0, flag: "--smoothing <share>", help: "label smoothing" },
  mixup: {
    kind: "size",
    most: 1e3,
    default: 0,
    flag: "--mixup <alpha>",
    help: "mixes images in pairs by β(alpha, alpha)",
  },
  crop: { kind: "crop", default: "pad", flag: "--crop <name>", help: "how images are cut" },
  flip: { kind: "switch", default: true },
  policy: { kind: "policy", default: "none", flag: "--policy <name>", help: "operations on colours and shapes" },
  jitter: { kind: "size", most: 10, default: 0, flag: "--jitter <size>", help: "of brightness, contrast, saturation" },
  lighting: {
    kind: "size",
    most: 10,
    default: 0,
    flag: "--lighting <size>",
    help: "noise along the colours' components",
  },
  erasing: { kind: "share", default: 0, flag: "--erasing <share>", help: "how often a rectangle is erased" },
  evaluateEvery: {
    kind: "count",
    most: 100_000,
    default: 1,
    flag: "--evaluate-every <epochs>",
    help: "epochs between tests",
  },
  featureWeight: {
    kind: "size",
    most: 1e6,
    default: 1,
    teaches: true,
    flag: "--feature-weight <factor>",
    help: "how much the distance of feature maps counts",
  },
  logitWeight: {
    kind: "size",
    most: 1e6,
    default: 1,
    teaches: true,
    flag: "--logit-weight <factor>",
    help: "how much the teacher's probabilities count",
  },
  featureRatio: {
    kind: "count",
    most: 65_536,
    default: 16,
    teaches: true,
    flag: "--feature-ratio <ratio>",
    help: "maps are compared from this down-sample ratio on",
  },
  projection: {
    kind: "projection",
    default: "conv-norm-relu",
    teaches: true,
    flag: "--projection <layers>",
    help: "what is between the student's maps and the teacher's",
  },
  teacherResolution: {
    kind: "count",
    most: 4096,
    teaches: true,
    flag: "--teacher-resolution <pixels>",
    help: "images are resized to so many rows for the teacher",
  },
  seed: { kind: "natural", default: 1, flag: "--seed <number>", help: "seed of weights, order and augmentation" },
} as const satisfies Readonly<Record<keyof TrainConfig, TrainSetting>>;
