/** Numbers: counter-based random draws, matrices, statistics, rank correlation. */
export * from "./beta.ts";
export * from "./matrix.ts";
export * from "./permutation.ts";
export * from "./random.ts";
export * from "./training_random.ts";
export * from "./rank_correlation.ts";
export * from "./statistics.ts";
