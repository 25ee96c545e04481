/** Published files, fetched once. */
export { download, type DownloadOptions, type DownloadProgress } from "./download.ts";
export { FetchError, type FetchErrorKind } from "./error.ts";
export { fileHash } from "./held_hash.ts";
export { type PretrainedFile, type PretrainedOptions, pretrainedWeights, type PublishedWeights } from "./pretrained.ts";
