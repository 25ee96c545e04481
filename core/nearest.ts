/** Suggestions for misspelt names. */

/** Names longer than this are no misspellings of ours, and dear to compare. */
const LONGEST_NAME = 64;

/** How many insertions, deletions and replacements of a character turn one word into another (Levenshtein's distance). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}

/**
 * The known name that a misspelt one most likely stands for (upper and lower case taken as equal), or undefined where
 * none is near.
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
  let best: string | undefined, bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}
