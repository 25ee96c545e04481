/** Images on their way to a network, several at once. */

/** Images for one run of a network. */
export interface ImageBatch {
  /** `[n, h, w, 3]` f32, normalised. */
  readonly images: Float32Array;
  /** The class of each. */
  readonly labels: readonly number[];
  /** The number of each in its data set. */
  readonly indices: readonly number[];
}
