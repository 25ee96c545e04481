/** Mixup (H. Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018, arXiv 1710.09412). */
import { drawBeta, epochRandom, permutation } from "../numeric/mod.ts";

/** How the images of a batch are mixed with each other. */
export interface Mix {
  /** The part of each image that stays, 0 … 1. */
  readonly share: number;
  /** The image of the batch that each is mixed with; may be itself. */
  readonly partners: Uint32Array;
}

/** Which batch, and what for. */
export interface MixDraw {
  /** A non-negative safe integer. */
  readonly seed: number;
  /** The pass over the data set, from 0. */
  readonly epoch: number;
  /** The batch's number in the epoch, from 0. */
  readonly step: number;
  /** Images of the batch. */
  readonly count: number;
  /** The share is drawn from Beta(alpha, alpha); default: 0.2, as Zen-NAS trains. */
  readonly alpha?: number | undefined;
}

/**
 * Draws how a batch is mixed: one share for all of it, as Zen-NAS does, and a partner for each image. A function of the
 * seed, the epoch, the step and the number of images alone. Throws RangeError for numbers out of bounds.
 */
export function drawMix({ seed, epoch, step, count, alpha = 0.2 }: MixDraw): Mix {
  const random = epochRandom("mixing", { seed, epoch, item: step });
  return { share: drawBeta(random, { alpha, beta: alpha }), partners: permutation(count, random) };
}

/**
 * Mixes the rows of `[n, …]` f32, images or targets alike: `share · row + (1 − share) · partner's row`. With smoothed
 * labels: smooth first. Throws RangeError where the values are no whole number of rows.
 *
 * @example
 * ```ts
 * import { mixRows } from "@zennas/zennas";
 * const mixed = mixRows(Float32Array.of(4, 8, 0, 0), { share: 0.75, partners: Uint32Array.of(1, 0) });
 * if (mixed.join() !== "3,6,1,2") throw new Error();
 * ```
 */
export function mixRows(values: Float32Array, { share, partners }: Mix): Float32Array {
  const size = values.length / partners.length;
  if (!Number.isInteger(size)) {
    throw new RangeError(`Cannot mix ${partners.length} rows as they are equally long: got ${values.length} values`);
  }
  const mixed = new Float32Array(values.length);
  for (let row = 0; row < partners.length; row++) {
    const own = row * size, other = partners[row]! * size;
    for (let at = 0; at < size; at++) {
      mixed[own + at] = share * values[own + at]! + (1 - share) * values[other + at]!;
    }
  }
  return mixed;
}
