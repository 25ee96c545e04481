/** Numbers: counter-based random draws, matrices, statistics, rank correlation. */
export * from "./matrix.ts";
export * from "./random.ts";
export * from "./rank_correlation.ts";
export * from "./statistics.ts";
