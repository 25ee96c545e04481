/** The configuration of a training: everything that decides its losses but the network, the images and the device. */
import { z } from "npm:zod@4.6.7";
import { validate } from "../settings/config_error.ts";
import { amount, type Checks, count, mapping, name, natural } from "../settings/mapping.ts";
import {
  cropNames,
  initialisationNames,
  optimiserNames,
  policyNames,
  projectionNames,
  scheduleNames,
  trainSettings,
  type TrainTypes,
} from "./settings.ts";

/** Everything that decides how a network is trained. Keys are in camelCase, in YAML as in TypeScript. */
export interface TrainConfig {
  /** The preset that it started from. */
  readonly preset?: string | undefined;
  /** How often each image is seen. */
  readonly epochs: number;
  /** Images of a step. */
  readonly batch: number;
  /** Batches whose gradients are averaged before the weights change. */
  readonly accumulate: number;
  /** How weights follow gradients. */
  readonly optimiser: TrainTypes["optimiser"];
  /** Of a step of 256 images; a step of others has one in proportion. */
  readonly learningRate: number;
  /** How the learning rate changes. */
  readonly schedule: TrainTypes["schedule"];
  /** Epochs in which the learning rate rises from 0. */
  readonly warmupEpochs: number;
  /** The last epoch of each stage but the last, of the schedule `stages`. */
  readonly stages: readonly number[];
  /** The factor of the learning rate from one stage to the next. */
  readonly stageFactor: number;
  /** Of `sgd` and `rmsprop`. */
  readonly momentum: number;
  /** Of `sgd`. */
  readonly nesterov: boolean;
  /** Of weights of convolutions and linear layers; nothing else decays. */
  readonly weightDecay: number;
  /** The most that an element of a gradient may be. Default: no limit. */
  readonly clipValue?: number | undefined;
  /** The most that the norm of all gradients may be. Default: no limit. */
  readonly clipNorm?: number | undefined;
  /** A running mean of weights keeps this share a step, and is what is evaluated. Default: none. */
  readonly average?: number | undefined;
  /** How weights begin. */
  readonly initialisation: TrainTypes["initialisation"];
  /** How much of a batch's statistics goes into the running ones. */
  readonly normMomentum: number;
  /** Label smoothing: a target becomes target·(1 − smoothing) + smoothing/classes. */
  readonly smoothing: number;
  /** Images are mixed in pairs by shares from β(mixup, mixup); 0: not. */
  readonly mixup: number;
  /** How images are cut. */
  readonly crop: TrainTypes["crop"];
  /** Whether half of the images are mirrored. */
  readonly flip: boolean;
  /** Operations on colours and shapes. */
  readonly policy: TrainTypes["policy"];
  /** The size of random changes of brightness, contrast and saturation. */
  readonly jitter: number;
  /** The size of noise along the principal components of colours. */
  readonly lighting: number;
  /** How often a random rectangle is erased. */
  readonly erasing: number;
  /** Epochs from one test to the next; the last epoch is always tested. */
  readonly evaluateEvery: number;
  /** Of distillation: how much the distance of feature maps counts. */
  readonly featureWeight: number;
  /** Of distillation: how much the cross-entropy with the teacher's probabilities counts. */
  readonly logitWeight: number;
  /** Of distillation: the least down-sample ratio at which feature maps are compared. */
  readonly featureRatio: number;
  /** Of distillation: what is between the student's maps and the teacher's. */
  readonly projection: TrainTypes["projection"];
  /** Of distillation: rows and columns of the teacher's images. Default: those it was published for, else the student's. */
  readonly teacherResolution?: number | undefined;
  /** Of weights, order and augmentation. */
  readonly seed: number;
}

const SHARE = "a number from 0 to 1", SIZE = "a number of at least 0", RISING = "a list of epochs that rise from 0";

/** One of some words. */
const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) => z.enum(words, words.join(", "));

const epoch = z.int(RISING).nonnegative(RISING);
const rises = (epochs: readonly number[]): boolean => epochs.every((it, at) => at === 0 || it > epochs[at - 1]!);

const checks: Checks<TrainTypes> = {
  name,
  count,
  natural,
  amount,
  size: z.number(SIZE).nonnegative(SIZE),
  share: z.number(SHARE).min(0, SHARE).max(1, SHARE),
  switch: z.boolean("true or false"),
  optimiser: oneOf(optimiserNames),
  schedule: oneOf(scheduleNames),
  initialisation: oneOf(initialisationNames),
  crop: oneOf(cropNames),
  policy: oneOf(policyNames),
  projection: oneOf(projectionNames),
  epochList: z.array(epoch, RISING).max(1000, RISING).refine(rises, RISING),
};

/** What is wrong with settings that are right one by one. */
function clashes(config: TrainConfig): readonly (readonly [path: keyof TrainConfig, expected: string])[] {
  const { warmupEpochs, epochs, schedule, stages } = config;
  const rules: readonly (readonly [broken: boolean, path: keyof TrainConfig, expected: string])[] = [
    [warmupEpochs >= epochs, "warmupEpochs", `fewer than the ${epochs} epochs`],
    [schedule === "stages" && stages.length === 0, "stages", "the last epoch of each stage but the last"],
    [schedule !== "stages" && stages.length > 0, "stages", "none, as the schedule has none"],
  ];
  return rules.flatMap(([broken, ...clash]) => broken ? [clash] : []);
}

const schema: z.ZodType<TrainConfig> = mapping(trainSettings, { checks, expected: "a mapping of settings" })
  .superRefine((config, context) => {
    for (const [path, message] of clashes(config)) context.addIssue({ code: "custom", path: [path], message });
  });

/**
 * A configuration from plain data, such as a parsed YAML file, with defaults filled in. `source` names it in errors.
 * Throws ConfigError.
 *
 * @example
 * ```ts
 * import { parseTrainConfig } from "@zennas/zennas";
 * const config = parseTrainConfig({ epochs: 3, learningRate: 0.1 });
 * if (config.optimiser !== "sgd" || config.batch !== 64) throw new Error();
 * ```
 */
export function parseTrainConfig(value: unknown, source = "settings"): TrainConfig {
  return validate(schema, value, source);
}
