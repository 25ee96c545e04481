/** Random orders. */
import type { Random } from "./random.ts";

/**
 * The numbers 0 … count − 1 in an order that is drawn uniformly: Fisher and Yates' shuffle, from the last to the first.
 *
 * @example
 * ```ts
 * import { permutation, Random } from "@zennas/zennas";
 * const order = permutation(5, new Random(1, 0));
 * if ([...order].toSorted().join() !== "0,1,2,3,4") throw new Error();
 * ```
 */
export function permutation(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1), value = order[last]!;
    order[last] = order[other]!;
    order[other] = value;
  }
  return order;
}
