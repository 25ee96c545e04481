/** Draws from the beta distribution. */
import type { Random } from "./random.ts";

/** The parameters of a beta distribution, each above 0. */
export interface BetaShape {
  /** How much the distribution leans to 1. */
  readonly alpha: number;
  /** How much it leans to 0. */
  readonly beta: number;
}

/**
 * The logarithm of a draw from Gamma(shape, 1): Marsaglia and Tsang, "A simple method for generating gamma variables", ACM
 * TOMS 2000. Below a shape of 1, Gamma(shape + 1) times U^(1/shape), whose logarithm does not underflow.
 */
function logGamma(random: Random, shape: number): number {
  if (shape < 1) return logGamma(random, shape + 1) + Math.log(random.uniform()) / shape;
  const d = shape - 1 / 3, c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = random.normal(), root = 1 + c * normal, uniform = random.uniform();
    if (root <= 0) continue;
    const logCube = 3 * Math.log(root);
    if (Math.log(uniform) < normal * normal / 2 + d * (1 - root ** 3 + logCube)) return Math.log(d) + logCube;
  }
}

/**
 * A draw from Beta(alpha, beta), 0 … 1: the share of one gamma variable in the sum of two. Throws RangeError unless both
 * parameters are finite and above 0.
 *
 * @example
 * ```ts
 * import { drawBeta, Random } from "@zennas/zennas";
 * const share = drawBeta(new Random(1, 0), { alpha: 0.2, beta: 0.2 });
 * if (!(share >= 0 && share <= 1)) throw new Error();
 * ```
 */
export function drawBeta(random: Random, { alpha, beta }: BetaShape): number {
  if (![alpha, beta].every((shape) => shape > 0 && Number.isFinite(shape))) {
    throw new RangeError(`Cannot draw from a beta distribution as its parameters are above 0: got ${alpha}, ${beta}`);
  }
  const first = logGamma(random, alpha), second = logGamma(random, beta);
  return 1 / (1 + Math.exp(second - first));
}
