/** What a configuration says of the parts of a training. */
import type { TrainConfig } from "./config.ts";
import type { InitialisationSettings } from "./initialisations.ts";
import { optimisers, type OptimiserSettings } from "./optimisers/table.ts";
import { type Schedule, scheduleOf } from "./schedules.ts";
import type { TrainingOptions } from "./step_options.ts";

/** The parts of a training. */
export interface TrainingPlan {
  /** Of its steps. */
  readonly options: TrainingOptions;
  /** Of its learning rates, by images seen. */
  readonly schedule: Schedule;
  /** Of what its parameters begin with. */
  readonly initialisation: InitialisationSettings;
}

/** Learning rates of configurations are for steps of so many images. */
const RATED_IMAGES = 256;

/** The optimiser, told what of the configuration it knows; without momentum there is none to look ahead along. */
function optimiserSettings({ optimiser: name, momentum, nesterov }: TrainConfig): OptimiserSettings {
  const known = optimisers[name].defaults, looksAhead = nesterov && momentum > 0;
  return {
    name,
    ...("momentum" in known && { momentum }),
    ...("nesterov" in known && { nesterov: looksAhead }),
  } as OptimiserSettings;
}

function stepOptions(config: TrainConfig): TrainingOptions {
  const { batch, accumulate, weightDecay, smoothing, average, normMomentum, clipValue, clipNorm } = config;
  const clips = clipValue !== undefined || clipNorm !== undefined;
  return {
    batch,
    accumulate,
    optimiser: optimiserSettings(config),
    weightDecay,
    smoothing,
    normMomentum,
    ...(average !== undefined && { average }),
    ...(clips && { clipping: { value: clipValue, norm: clipNorm } }),
  };
}

/**
 * The parts of a training by its configuration, for epochs of so many images. The learning rate is the configuration's
 * times the images of a step (all its batches) over 256. Throws RangeError for settings out of range.
 *
 * @example
 * ```ts
 * import { parseTrainConfig, trainingPlan } from "@zennas/zennas";
 * const config = parseTrainConfig({ epochs: 10, learningRate: 0.1, batch: 64, schedule: "constant" });
 * const { options, schedule } = trainingPlan(config, { epochImages: 50_000 });
 * if (options.optimiser.name !== "sgd" || schedule(64) !== 0.025) throw new Error();
 * ```
 */
export function trainingPlan(config: TrainConfig, { epochImages }: { readonly epochImages: number }): TrainingPlan {
  const { epochs, warmupEpochs, stages, stageFactor, schedule: name, initialisation, seed } = config;
  const learningRate = config.learningRate * config.batch * config.accumulate / RATED_IMAGES;
  return {
    options: stepOptions(config),
    schedule: scheduleOf({ name, learningRate, epochImages, epochs, warmupEpochs, stages, stageFactor }),
    initialisation: { name: initialisation, seed },
  };
}
