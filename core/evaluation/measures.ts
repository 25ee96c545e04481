/** What one answer of a classifier says: where the right class stands, how sure it is, and what it costs. */

/** One image's answer, measured. */
export interface Answer {
  /** The class with the largest logit; the first of equal ones. */
  readonly predicted: number;
  /** How many classes stand before the right one: 0 where the answer is right. Of equal logits the first stands first. */
  readonly rank: number;
  /** The probability of the predicted class, 0 to 1. */
  readonly confidence: number;
  /** Cross-entropy: −log of the right class's probability. Infinite where a logit is not finite. */
  readonly loss: number;
}

/**
 * Measures the logits of one image, `[classes]`, against its label. Where a logit is not finite, the answer is wrong: its
 * rank is the number of classes and its loss infinite. Throws RangeError for a label that is no class.
 *
 * @example
 * ```ts
 * import { measureAnswer } from "@zennas/zennas";
 * const { predicted, rank, loss } = measureAnswer([0, 2, 1], 2);
 * if (predicted !== 1 || rank !== 1 || loss <= 1) throw new Error();
 * ```
 */
export function measureAnswer(logits: ArrayLike<number>, label: number): Answer {
  const classes = logits.length, own = logits[label];
  if (own === undefined) {
    throw new RangeError(`Cannot measure an answer as its label must be one of ${classes} classes: got ${label}`);
  }
  let predicted = 0, rank = 0, finite = true;
  for (let index = 0; index < classes; index++) {
    const logit = logits[index]!;
    finite &&= Number.isFinite(logit);
    if (logit > logits[predicted]!) predicted = index;
    if (logit > own || (logit === own && index < label)) rank++;
  }
  if (!finite) return { predicted, rank: classes, confidence: 0, loss: Infinity };
  const largest = logits[predicted]!;
  let sum = 0;
  for (let index = 0; index < classes; index++) sum += Math.exp(logits[index]! - largest);
  return { predicted, rank, confidence: 1 / sum, loss: Math.log(sum) + largest - own };
}
