/** What is posted to the threads that make images ready, and back. */
import type { ImagePipeline } from "../../images/mod.ts";
import type { ImageSource } from "./data_set.ts";

/** An image to make ready. */
export interface ImageRequest {
  readonly id: number;
  readonly source: ImageSource;
  /** Without one the image is decoded, and only its size is posted back. */
  readonly pipeline: ImagePipeline | undefined;
}

/** An image that is ready, and what it took. */
export interface ReadyImage {
  /** Columns and rows of what was decoded. */
  readonly width: number;
  readonly height: number;
  /** `[h, w, 3]` f32 behind the pipeline; empty without one. */
  readonly values: Float32Array;
  /** Reading the file and decoding it, ms; with what else its thread did meanwhile. */
  readonly decodeMs: number;
  /** The pipeline, ms. */
  readonly transformMs: number;
}

/** An image that cannot be decoded. */
export interface BrokenImage {
  /** Why. */
  readonly broken: string;
}

/** The answer to a request: an image, or what is wrong with it, or with this program. */
export type ImageReply = { readonly id: number } & (ReadyImage | BrokenImage | { readonly failed: string });
