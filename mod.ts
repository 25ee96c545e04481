/**
 * Zero-shot neural architecture search: structure strings to the best network, without training any.
 *
 * @module
 */
export * from "./core/mod.ts";
export * from "./core/masternet/mod.ts";
export * from "./core/search/mod.ts";
export * from "./core/io/mod.ts";
export * from "./core/proxies/mod.ts";
export * from "./core/benchmarks/mod.ts";
export * from "./core/zoo/mod.ts";
export * from "./core/inference.ts";
export * from "./core/matrix.ts";
export * from "./core/rank_correlation.ts";
export * from "./core/statistics.ts";
export * from "./kernels/mod.ts";
