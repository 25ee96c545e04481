/** Random numbers of trainings, by epoch and item. */
import { type DecisionPurpose, Random } from "./random.ts";

/** Item `item` of epoch `epoch` under a seed. */
export interface EpochItem {
  /** A non-negative safe integer. */
  readonly seed: number;
  /** 0 … 2^21 − 1. */
  readonly epoch: number;
  /** An image's number in the data set, or a step's in the epoch: 0 … 2^32 − 1. */
  readonly item: number;
}

/**
 * The random bits of one item of one epoch: whatever was drawn before, and by whom, they are the same. Throws RangeError
 * for numbers out of bounds.
 */
export function epochRandom(purpose: DecisionPurpose, { seed, epoch, item }: EpochItem): Random {
  if (!(Number.isInteger(epoch) && epoch >= 0 && epoch < 2 ** 21)) {
    throw new RangeError(`Cannot draw for an epoch outside 0 … 2^21 − 1: got ${epoch}`);
  }
  if (!(Number.isInteger(item) && item >= 0 && item < 2 ** 32)) {
    throw new RangeError(`Cannot draw for an item outside 0 … 2^32 − 1: got ${item}`);
  }
  return new Random(seed, epoch * 2 ** 32 + item, { purpose });
}
