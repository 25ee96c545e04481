/**
 * Zero-shot neural architecture search: structure strings to the best network, without training any.
 *
 * @module
 */
export * from "./core/io/mod.ts";
export * from "./core/mod.ts";
export * from "./kernels/mod.ts";
