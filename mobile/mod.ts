/**
 * Networks on phones: exporters to TensorFlow Lite and ONNX, and a check of what they wrote.
 *
 * @module
 */
export * from "./errors.ts";
export * from "./runtime/litert.ts";
