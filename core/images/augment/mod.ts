/** Augmentation: what training images are put through, drawn by number, so that no thread and no order changes it. */
export * from "./augment.ts";
export type { PixelSize } from "./boxes.ts";
export type { Colour, Interpolation } from "./geometry.ts";
export { applyOperation, type OperationCall, type OperationName, operationNames } from "./operations.ts";
export * from "./plan.ts";
export * from "./policies.ts";
export * from "./recipe.ts";
