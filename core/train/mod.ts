/** What networks are trained by. */
export * from "./clipping.ts";
export { parseTrainConfig, type TrainConfig } from "./config.ts";
export * from "./losses.ts";
export * from "./optimisers/mod.ts";
export { trainPresetNames } from "./preset_names.ts";
export * from "./schedules.ts";
export {
  cropNames,
  initialisationNames,
  optimiserNames,
  policyNames,
  scheduleNames,
  type TrainTypes,
} from "./settings.ts";
