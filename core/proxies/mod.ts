/** Zero-shot proxies, one file each, and their registry. */
export { flops, layers, params, random } from "./counting.ts";
export * from "./design.ts";
export * from "./evaluate.ts";
export * from "./labels.ts";
export * from "./proxy.ts";
export * from "./proxy_graph.ts";
export * from "./ranking.ts";
export * from "./registry.ts";
export * from "./scorer.ts";
export { zen, zenGraph } from "./zen.ts";
