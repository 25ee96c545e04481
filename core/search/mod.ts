/** Spaces, mutation, budgets, evolution, and the configuration of a search. */
export * from "./budgets.ts";
export * from "./config.ts";
export { ConfigError, type ConfigProblem } from "./config_error.ts";
export * from "./evolution.ts";
export * from "./evolution_options.ts";
export * from "./mutation.ts";
export * from "./population.ts";
export * from "./preset_names.ts";
export * from "./proposal.ts";
export * from "./race.ts";
export * from "./scorer.ts";
export * from "./screen.ts";
export { type CostModel, costModels } from "./settings.ts";
export * from "./space.ts";
export * from "./space_data.ts";
export * from "./space_registry.ts";
export * from "./super_block_space.ts";
