/** Suggestions for misspelt names. */
import { distance } from "npm:fastest-levenshtein@1.0.16";

/** A longer name gets no suggestion: none of ours is so long, and comparing takes time in proportion to its length. */
const LONGEST_NAME = 64;

/**
 * The known name nearest to a misspelt one by Levenshtein's distance (how many characters are inserted, deleted or
 * replaced), upper and lower case taken as equal; the first of equally near ones. Undefined where the distance is more
 * than a third of the name's length, but 1 is always near.
 *
 * @example
 * ```ts
 * import { nearestName } from "@zennas/zennas";
 * if (nearestName("SuperConvK4BNRELU", ["RELU", "SuperConvK3BNRELU"]) !== "SuperConvK3BNRELU") throw new Error();
 * if (nearestName("banana", ["RELU"]) !== undefined) throw new Error();
 * ```
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  let best: string | undefined, fewest = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const changes = distance(name.toLowerCase(), candidate.toLowerCase());
    if (changes < fewest) [best, fewest] = [candidate, changes];
  }
  return best;
}
