/** The rounding that published channel counts come from. */

/** The nearest integer, halves to the even neighbour, as Python rounds. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value), rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * The nearest multiple of 8, at least 8; halves to the even multiple.
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
