/** Augmentation: what training images are put through, drawn by number, so that no thread or order changes it. */
export { type Colour, type Interpolation } from "./geometry.ts";
export { applyOperation, type OperationCall, type OperationName, operationNames } from "./operations.ts";
