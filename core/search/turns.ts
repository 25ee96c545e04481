/** Work on a device in turns, so that what waits for it holds nothing yet. */

/** Does a piece of work when its turn comes. */
export type Turns = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Lets at most `count` pieces of work go on at once; others begin in the order in which they came. */
export function atMost(count: number): Turns {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((begin) => waiting.push(begin));
    try {
      return await work();
    } finally {
      const begin = waiting.shift();
      if (begin) begin();
      else free++;
    }
  };
}
