/** Work on many things at once, results in order. */

/**
 * Applies `work` to each item, at most `atOnce` at a time, and yields the results in the items' order. Ends with the first
 * failure in that order.
 */
export async function* mapInOrder<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  for (const item of items) {
    const result = work(item);
    result.catch(() => {}); // it is reported when its turn comes, or not at all after an earlier failure
    running.push(result);
    if (running.length >= atOnce) yield running.shift()!;
  }
  yield* running;
}
