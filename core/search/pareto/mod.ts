/** Searches with several objectives: domination, NSGA-II's population, fronts and their hypervolume. */
export * from "./archive.ts";
export * from "./crowded_population.ts";
export * from "./dominance.ts";
export * from "./hypervolume.ts";
