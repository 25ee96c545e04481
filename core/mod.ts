/** Graphs, operations, random numbers and the seam to devices. */
export * from "./backend.ts";
export * from "./cost.ts";
export * from "./graph.ts";
export * from "./liveness.ts";
export * from "./nearest.ts";
export * from "./network.ts";
export * from "./op.ts";
export { type AttributesOf, type OpName, ops } from "./ops.ts";
export * from "./oracle.ts";
export * from "./parameters.ts";
export * from "./random.ts";
export * from "./shape.ts";
