/** Graphs: shapes, operations, gradients, costs, the float64 oracle, and the seam to devices. */
export * from "./backend.ts";
export * from "./cost.ts";
export * from "./grad.ts";
export * from "./graph.ts";
export * from "./liveness.ts";
export * from "./op.ts";
export type { ShapeAttributes } from "./ops/broadcast.ts";
export type { Conv2dAttributes } from "./ops/conv2d.ts";
export type { Conv2dInputAttributes, Conv2dWeightAttributes } from "./ops/conv2d_gradients.ts";
export type { AffineAttributes, NoAttributes } from "./ops/elementwise.ts";
export type { SliceAttributes, UnflattenAttributes } from "./ops/layout.ts";
export type { NormalizeAttributes } from "./ops/normalize.ts";
export type { AdaptivePoolAttributes, PoolAttributes } from "./ops/pooling.ts";
export type { AdaptiveUnpoolAttributes, UnpoolAttributes } from "./ops/pooling_gradients.ts";
export type { ConstantAttributes, GaussianAttributes, InputAttributes } from "./ops/sources.ts";
export { type OpAttributes, type OpName, ops } from "./ops.ts";
export * from "./oracle.ts";
export * from "./shape.ts";
