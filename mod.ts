/**
 * Zero-shot neural architecture search: structure strings to the best network, without training any.
 *
 * @module
 */
export * from "./core/mod.ts";
export * from "./core/masternet/mod.ts";
export * from "./core/search/mod.ts";
export * from "./core/io/mod.ts";
export * from "./core/zoo/mod.ts";
