/** What networks are trained by: settings, losses, optimisers, schedules, beginnings, and whole steps as graphs. */
export * from "./clipping.ts";
export { parseTrainConfig, type TrainConfig } from "./config.ts";
export * from "./decay.ts";
export * from "./distillation.ts";
export * from "./initialisations.ts";
export * from "./losses.ts";
export * from "./optimisers/mod.ts";
export * from "./plan.ts";
export * from "./recipe.ts";
export * from "./resized.ts";
export { trainPresetNames } from "./preset_names.ts";
export * from "./schedules.ts";
export {
  cropNames,
  initialisationNames,
  optimiserNames,
  policyNames,
  projectionNames,
  scheduleNames,
  type TrainTypes,
} from "./settings.ts";
export * from "./statistics.ts";
export * from "./step.ts";
export type { TrainingOptions, TrainingPass } from "./step_options.ts";
export * from "./mixup.ts";
export * from "./targets.ts";
export * from "./trainer.ts";
