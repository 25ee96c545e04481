/** What a file may claim. They are checked before anything is allocated, so that memory is bounded by the file's size. */

/** Tensors, and entries of a zip. */
export const MOST_TENSORS = 20_000;
/** Dimensions of a tensor; PyTorch's own limit. */
export const MOST_DIMENSIONS = 64;
/** A zip's directory, or a safetensors header. */
export const MOST_DIRECTORY_BYTES = 16 * 2 ** 20;
/** What the values of all pickles of a file may take in memory, by a generous estimate. */
export const MOST_PICKLE_BYTES = 32 * 2 ** 20;
/** All tensors together may span so many times the file's bytes: strided views repeat elements, and leave some out. */
export const MOST_REPETITION = 16;
/** What views may take in any case, however small the file. */
export const FREE_BYTES = 16 * 2 ** 20;
/** Tensors are read in pieces of this size. */
export const CHUNK_BYTES = 2 ** 18;
