/** Files of weights: PyTorch's in both forms, and safetensors. */
export { convertCheckpoint, type ConvertOptions, writtenFormat } from "./convert.ts";
export { type DType, dtypeNames } from "./dtypes.ts";
export {
  CheckpointError,
  type CheckpointErrorData,
  type CheckpointErrorKind,
  checkpointHints,
  printable,
} from "./error.ts";
export { fittingNetworks, publishedParameters } from "./fits.ts";
export { type Checkpoint, type CheckpointFormat, openCheckpoint, openCheckpointBytes } from "./open.ts";
export { compareParameters, learnableCount, type ParameterMismatch, readParameters } from "./parameters.ts";
export { type TensorStatistics, tensorStatistics } from "./statistics.ts";
export type { StoredTensor, TensorDescription } from "./stored_tensor.ts";
export { type NamedValues, writeParameters, writeValues } from "./write_parameters.ts";
