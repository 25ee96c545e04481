/** What is posted to the threads that make images ready, and back. */
import type { AugmentationDraw, ImagePipeline } from "../../images/mod.ts";
import type { ImageSource } from "./data_set.ts";

/** An image, and what is done to it. */
export interface ImageWork {
  readonly source: ImageSource;
  /** Without any the image is decoded, and only its size is posted back. */
  readonly treatment?: ImagePipeline | AugmentationDraw | undefined;
}

/** Images to make ready: several where each is little work, as a message costs some too. */
export interface ImageRequest {
  readonly id: number;
  readonly works: readonly ImageWork[];
}

/** An image that is ready, and what it took. */
export interface ReadyImage {
  /** Columns and rows of what was decoded. */
  readonly width: number;
  readonly height: number;
  /** `[h, w, 3]` f32 behind the treatment; empty without one. */
  readonly values: Float32Array;
  /** Reading the file and decoding it, ms; with what else its thread did meanwhile. */
  readonly decodeMs: number;
  /** The treatment, ms. */
  readonly transformMs: number;
}

/** An image that cannot be decoded. */
export interface BrokenImage {
  /** Why. */
  readonly broken: string;
}

/** An image that is ready, or what is wrong with it. */
export type ImageResult = ReadyImage | BrokenImage;

/** The answer to a request: its images in their order, or what is wrong with this program. */
export type ImageReply = { readonly id: number } & ({ readonly images: ImageResult[] } | { readonly failed: string });
