/** What networks are trained by. */
export { parseTrainConfig, type TrainConfig } from "./config.ts";
export * from "./losses.ts";
export { trainPresetNames } from "./preset_names.ts";
export type { TrainTypes } from "./settings.ts";
