/** Work on many things at once, results in order. */
import pLimit from "npm:p-limit@7.3.3";

/**
 * Items that are begun before the oldest result is yielded, for each worker: with more than one, workers go on while a slow
 * item holds up the results behind it. It is bounded because results that wait are in memory alone: an interrupt loses them.
 */
const AHEAD = 4;

/**
 * Applies `work` to each item, at most `atOnce` at a time, and yields the results in the items' order. Ends with the first
 * failure in that order; then, and when its reader stops, no further item begins.
 */
export async function* mapInOrder<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const limit = pLimit(atOnce), taken: Promise<Result>[] = [];
  try {
    for (const item of items) {
      if (taken.length === AHEAD * atOnce) yield taken.shift()!;
      const result = limit(work, item);
      result.catch(() => undefined); // the reader gets a failure in order, or an earlier one instead
      taken.push(result);
    }
    yield* taken;
  } finally {
    limit.clearQueue();
  }
}
