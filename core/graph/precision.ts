/** How the numbers of a network are stored: the words of configurations, devices and exported files. */

/**
 * Every precision: `f32` and `f16`, IEEE floats of 32 and 16 bits; `dynamic`, 8-bit weights with f32 activations; `int8`,
 * 8-bit integers throughout.
 */
export const precisions = ["f32", "f16", "dynamic", "int8"] as const;

/** One of {@link precisions}. */
export type Precision = typeof precisions[number];

/** The precisions that a device can store tensors in while it computes. */
export const storagePrecisions = ["f32", "f16"] as const satisfies readonly Precision[];

/** One of {@link storagePrecisions}. */
export type StoragePrecision = typeof storagePrecisions[number];
