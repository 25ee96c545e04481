/** What a network should say: probabilities of classes. */

/** How labels become probabilities. */
export interface TargetOptions {
  /** Classes of the network. */
  readonly classes: number;
  /** The part of the probability that all classes share alike, 0 … 1; default: 0. */
  readonly smoothing?: number | undefined;
}

/**
 * One row a label, `[labels, classes]` f32: `1 − smoothing` at the label, and `smoothing / classes` more everywhere (C.
 * Szegedy et al., "Rethinking the Inception architecture", CVPR 2016). Throws RangeError for a label that no class has, and
 * for a smoothing outside 0 … 1.
 *
 * @example
 * ```ts
 * import { labelTargets } from "@zennas/zennas";
 * const targets = labelTargets([2], { classes: 4, smoothing: 0.5 });
 * if (targets.join() !== "0.125,0.125,0.625,0.125") throw new Error();
 * ```
 */
export function labelTargets(labels: ArrayLike<number>, { classes, smoothing = 0 }: TargetOptions): Float32Array {
  if (!(smoothing >= 0 && smoothing <= 1)) {
    throw new RangeError(`Cannot smooth labels as the part is 0 … 1: got ${smoothing}`);
  }
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new RangeError(`Cannot make targets as labels are 0 … ${classes - 1}: got ${label}`);
    }
    targets[row * classes + label] = 1 - smoothing + smoothing / classes;
  }
  return targets;
}
