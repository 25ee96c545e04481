/** Some images of a data set. */
import type { DataSet } from "./data_set.ts";

/**
 * At most so many images of a data set, as far apart in it as they can be: image `i` of `count` is number
 * `⌊i · all / count⌋` of all. Files are in the order of their classes, so the first ones would all show the same.
 *
 * @example
 * ```ts
 * import { type DataSet, spreadOver } from "@zennas/zennas";
 * const data = { count: 10, label: (index: number) => index } as DataSet;
 * const { count, label } = spreadOver(data, 4);
 * if (count !== 4 || [0, 1, 2, 3].map(label).join() !== "0,2,5,7") throw new Error();
 * ```
 */
export function spreadOver(data: DataSet, count: number): DataSet {
  const kept = Math.min(count, data.count), at = (index: number): number => Math.floor(index * data.count / kept);
  return {
    ...data,
    count: kept,
    label: (index) => data.label(at(index)),
    nameOf: (index) => data.nameOf(at(index)),
    source: (index) => data.source(at(index)),
  };
}
