/**
 * Networks on phones: exporters to TensorFlow Lite and ONNX, and a check of what they wrote.
 *
 * @module
 */
export * from "./coded_error.ts";
export * from "./errors.ts";
export * from "./network/network.ts";
export * from "./network/simplify.ts";
export * from "./onnx/export.ts";
export * from "./provenance.ts";
export * from "./runtime/compare.ts";
export * from "./runtime/file_classifier.ts";
export * from "./runtime/images.ts";
export type { LayerError } from "./runtime/layer_errors.ts";
export * from "./runtime/litert.ts";
export type { Conditioning } from "./runtime/conditioning.ts";
export type { StepError } from "./runtime/step_errors.ts";
export * from "./runtime/verify.ts";
export * from "./tflite/export.ts";
export type * from "./tflite/file.ts";
export * from "./tflite/labels.ts";
export * from "./tflite/lint.ts";
export { type InputKind, inputKinds } from "./tflite/pixel_input.ts";
export * from "./tflite/pixels.ts";
export type { Calibration } from "./tflite/precision/calibrate.ts";
export { readLiteFile } from "./tflite/reader.ts";
