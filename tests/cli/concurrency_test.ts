import assert from "node:assert/strict";
import { mapInOrder } from "../../cli/concurrency.ts";

const settle = () => new Promise((resolve) => setTimeout(resolve));

/** Work that ends when it is told to. */
class Workshop {
  readonly begun: number[] = [];
  readonly #ends = new Map<number, PromiseWithResolvers<string>>();

  readonly work = (item: number): Promise<string> => {
    const end = Promise.withResolvers<string>();
    this.begun.push(item);
    this.#ends.set(item, end);
    return end.promise;
  };

  async finish(...items: readonly number[]): Promise<void> {
    for (const item of items) {
      this.#ends.get(item)!.resolve(`${item}`);
      await settle();
    }
  }

  async fail(item: number): Promise<void> {
    this.#ends.get(item)!.reject(new Error(`${item} failed`));
    await settle();
  }
}

/** Items from 0, and the workshop in which they are worked on; `read` begins to read the results. */
function started(count: number, atOnce: number) {
  const shop = new Workshop(), results: string[] = [];
  const reading = (async () => {
    const items = Array.from({ length: count }, (_, item) => item);
    for await (const result of mapInOrder(items, atOnce, shop.work)) results.push(result);
  })();
  reading.catch(() => undefined);
  return { shop, results, reading };
}

Deno.test("results are in the items' order, and a slow first item idles no worker", async () => {
  const { shop, results, reading } = started(7, 2);
  await settle();
  assert.deepEqual(shop.begun, [0, 1]);
  await shop.finish(1, 2, 3, 4, 5);
  assert.deepEqual([shop.begun, results], [[0, 1, 2, 3, 4, 5, 6], []]);
  await shop.finish(0);
  assert.deepEqual(results, ["0", "1", "2", "3", "4", "5"]);
  await shop.finish(6);
  await reading;
  assert.equal(results.at(-1), "6");
});

Deno.test("at most four items for each worker are begun before the oldest result is handed on", async () => {
  const { shop, results } = started(20, 2);
  await settle();
  await shop.finish(1, 2, 3, 4, 5, 6, 7);
  assert.deepEqual(shop.begun, [0, 1, 2, 3, 4, 5, 6, 7]);
  await shop.finish(0);
  assert.deepEqual([results.length, shop.begun.slice(8)], [8, [8, 9]]);
});

Deno.test("a failure ends the results in order: those before it come, and nothing behind it begins", async () => {
  const { shop, results, reading } = started(20, 3);
  await settle();
  await shop.fail(2);
  await shop.fail(1);
  assert.deepEqual(results, []);
  await shop.finish(0);
  await assert.rejects(reading, /^Error: 1 failed$/);
  const begun = [...shop.begun];
  assert.deepEqual([results, begun], [["0"], [0, 1, 2, 3, 4, 5]]);
  // Work that has begun goes on. Nothing reads its results: a failure there must not be an unhandled rejection.
  await shop.finish(3);
  await shop.fail(4);
  await shop.fail(5);
  assert.deepEqual(shop.begun, begun);
});

Deno.test("nothing begins once the reader stops", async () => {
  const shop = new Workshop(), results = mapInOrder([0, 1, 2, 3], 1, shop.work);
  const first = results.next();
  await settle();
  await shop.finish(0);
  assert.deepEqual(await first, { value: "0", done: false });
  await settle();
  await results.return(undefined);
  await shop.finish(1);
  assert.deepEqual(shop.begun, [0, 1]);
});
