/** The rounding by which the published channel counts were computed. */

/** The nearest integer; halves are rounded to the even neighbour, as in Python. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value), rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * The nearest multiple of 8, but at least 8; halves are rounded to the even multiple.
 *
 * @example
 * ```ts
 * import { roundToEight } from "@zennas/zennas";
 * if (roundToEight(12) !== 16 || roundToEight(20) !== 16 || roundToEight(1) !== 8) throw new Error();
 * ```
 */
export function roundToEight(value: number): number {
  return Math.max(8, roundHalfToEven(value / 8) * 8);
}
