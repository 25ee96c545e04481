/** What networks are trained by. */
export { parseTrainConfig, type TrainConfig } from "./config.ts";
export * from "./losses.ts";
export { trainPresetNames } from "./preset_names.ts";
export {
  cropNames,
  initialisationNames,
  optimiserNames,
  policyNames,
  scheduleNames,
  type TrainTypes,
} from "./settings.ts";
