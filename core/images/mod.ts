/** Pictures as networks take them: cut, resized, normalised. */
export * from "./augment/mod.ts";
export * from "./batch.ts";
export * from "./bicubic.ts";
export * from "./bilinear.ts";
export * from "./class_names.ts";
export * from "./crop.ts";
export type { Box, RgbImage } from "./image.ts";
export * from "./normalize.ts";
export * from "./pipeline.ts";
