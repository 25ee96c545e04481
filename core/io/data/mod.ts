/** Data sets from disk: images with labels, decoded and made ready for networks. */
export * from "./batches.ts";
export * from "./check.ts";
export { type Checksum, checksumOf } from "./checksums.ts";
export { type DataFolder, type DataSet, type ImageSource, readImage } from "./data_set.ts";
export { decodeFile, decodeImage, type DecodeOptions } from "./decode.ts";
export { BrokenImageError, DataSetError } from "./error.ts";
export type { BrokenImage } from "./messages.ts";
export { openPictures } from "./image_folders.ts";
export {
  dataPath,
  dataSetPlaces,
  findDataFolder,
  heldOutSplits,
  openDataFolder,
  openSplit,
  recognisedData,
} from "./open.ts";
export { pipelineFor } from "./evaluation_pipeline.ts";
export { limitedData } from "./limited.ts";
export { spreadOver } from "./spread.ts";
export * from "./training.ts";
export { ImageWorkerError } from "./workers.ts";
