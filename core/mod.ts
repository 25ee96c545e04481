/** Graphs, operations, random numbers and the seam to devices. */
export * from "./backend.ts";
export * from "./cost.ts";
export * from "./graph.ts";
export * from "./liveness.ts";
export * from "./nearest.ts";
export * from "./network.ts";
export * from "./op.ts";
export type { Conv2dAttributes } from "./ops/conv2d.ts";
export type { AffineAttributes, NoAttributes } from "./ops/elementwise.ts";
export type { NormalizeAttributes } from "./ops/normalize.ts";
export type { AdaptivePoolAttributes, PoolAttributes } from "./ops/pooling.ts";
export type { ConstantAttributes, GaussianAttributes, InputAttributes } from "./ops/sources.ts";
export { type OpAttributes, type OpName, ops } from "./ops.ts";
export * from "./oracle.ts";
export * from "./parameters.ts";
export * from "./random.ts";
export * from "./shape.ts";
