/** Learning rates by the number of images seen, as in Zen-NAS's training. */

import type { TrainTypes } from "./settings.ts";

/** The shape of a schedule. */
export type ScheduleName = TrainTypes["schedule"];

/** A schedule; epochs need not be whole numbers. */
export interface ScheduleSettings {
  /**
   * From the rate to the target along half a cosine wave or a straight line; by a factor at the end of stages; or the
   * rate throughout.
   */
  readonly name: ScheduleName;
  /** The rate after warm-up. */
  readonly learningRate: number;
  /** The rate at the end of `cosine` and `linear`; default: 0. */
  readonly target?: number;
  /** Images of an epoch. */
  readonly epochImages: number;
  /** Epochs in all. */
  readonly epochs: number;
  /** Epochs in which the rate rises from nothing; default: 0. */
  readonly warmupEpochs?: number;
  /** The last epoch of each stage but the last, counted from 0 and rising; for `stages`. */
  readonly stages?: readonly number[];
  /** The factor from one stage to the next; for `stages`; default: 0.1. */
  readonly stageFactor?: number;
}

/** The learning rate of the batch that brings the images seen to a number. */
export type Schedule = (imagesSeen: number) => number;

function check({ epochImages, epochs, warmupEpochs = 0, learningRate, target = 0 }: ScheduleSettings): void {
  if (!(Number.isSafeInteger(epochImages) && epochImages > 0)) {
    throw new RangeError(`Cannot plan learning rates as an epoch has a whole number of images: got ${epochImages}`);
  }
  if (!(warmupEpochs >= 0 && epochs > warmupEpochs && Number.isFinite(epochs))) {
    throw new RangeError(
      `Cannot plan learning rates as warm-up ends before the last epoch: got ${warmupEpochs} of ${epochs} epochs`,
    );
  }
  for (const rate of [learningRate, target]) {
    if (!(rate >= 0 && Number.isFinite(rate))) {
      throw new RangeError(`Cannot plan learning rates as each is at least 0: got ${rate}`);
    }
  }
}

function checkStages({ stages = [], stageFactor = 0.1 }: ScheduleSettings): void {
  if (stages.some((epoch, index) => !(epoch >= 0 && epoch > (stages[index - 1] ?? -1)))) {
    throw new RangeError(`Cannot plan stages as their last epochs rise from 0: got ${stages.join(", ")}`);
  }
  if (!(stageFactor > 0 && Number.isFinite(stageFactor))) {
    throw new RangeError(`Cannot plan stages as the factor between them is positive: got ${stageFactor}`);
  }
}

/** The rate after warm-up, given the share of the images after warm-up that were seen. */
function rateAfterWarmup(settings: ScheduleSettings): (share: number, epoch: number) => number {
  const { name, learningRate, target = 0, stages = [], stageFactor = 0.1 } = settings, span = target - learningRate;
  const rates: Readonly<Record<ScheduleName, (share: number, epoch: number) => number>> = {
    cosine: (share) => learningRate + span * (1 - Math.cos(Math.PI * share)) / 2,
    linear: (share) => learningRate + span * Math.min(1, share),
    stages: (_, epoch) => learningRate * stageFactor ** stages.filter((last) => epoch > last).length,
    constant: () => learningRate,
  };
  return rates[name];
}

/**
 * With n the images seen, the current batch among them, W those of warm-up and S all: n < W ? (n + 1)/W · rate, else by
 * the schedule's shape at (n − W + 1)/(S − W). A cosine is rate + (target − rate)·(1 − cos(π·(n − W + 1)/(S − W)))/2.
 * At the last batch n is S, where a cosine is one image past its end, as published; a straight line is held to its target.
 * More images than S count as S. Throws RangeError for settings out of range.
 *
 * @example
 * ```ts
 * import { scheduleOf } from "@zennas/zennas";
 * const rate = scheduleOf({ name: "cosine", learningRate: 0.1, epochImages: 100, epochs: 10, warmupEpochs: 1 });
 * if (rate(49) !== 0.05 || rate(1000) > 1e-6) throw new Error();
 * ```
 */
export function scheduleOf(settings: ScheduleSettings): Schedule {
  check(settings);
  checkStages(settings);
  const { epochImages, epochs, warmupEpochs = 0, learningRate } = settings, after = rateAfterWarmup(settings);
  const warmup = epochImages * warmupEpochs, all = epochImages * epochs;
  return (seen) =>
    seen < warmup
      ? (seen + 1) / warmup * learningRate
      : after((Math.min(seen, all) - warmup + 1) / (all - warmup), Math.floor(seen / epochImages));
}
