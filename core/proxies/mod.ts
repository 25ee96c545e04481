/** Zero-shot proxies, one file each, and their registry. */
export { flops, layers, params, random } from "./counting.ts";
export * from "./evaluate.ts";
export * from "./proxy.ts";
export * from "./registry.ts";
export * from "./scorer.ts";
export { zen, type ZenGraph, zenGraph } from "./zen.ts";
