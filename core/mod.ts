/** Everything that needs neither a device nor the outside world. */
export * from "./evaluation/mod.ts";
export * from "./graph/mod.ts";
export * from "./images/mod.ts";
export * from "./latency/mod.ts";
export * from "./nasbench/mod.ts";
export * from "./nearest.ts";
export * from "./networks/mod.ts";
export * from "./numeric/mod.ts";
export * from "./scoring/mod.ts";
export * from "./search/mod.ts";
export * from "./shorten.ts";
export * from "./train/mod.ts";
