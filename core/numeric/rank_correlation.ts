/** Ranks, and how well two orders agree. */

/**
 * Ranks of values, 1 for the lowest; equal values share the mean of their ranks.
 *
 * @example
 * ```ts
 * import { ranks } from "@zennas/zennas";
 * if (ranks([30, 10, 20, 10]).join() !== "4,1.5,3,1.5") throw new Error();
 * ```
 */
export function ranks(values: readonly number[]): Float64Array {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  const result = new Float64Array(values.length);
  for (let start = 0, end; start < order.length; start = end) {
    for (end = start + 1; end < order.length && values[order[end]!] === values[order[start]!];) end++;
    for (let place = start; place < end; place++) result[order[place]!] = (start + 1 + end) / 2;
  }
  return result;
}

function requirePairs(x: readonly number[], y: readonly number[]): void {
  if (x.length === y.length) return;
  throw new RangeError(`Cannot correlate lists of different lengths: got ${x.length} and ${y.length}`);
}

function pearson(x: Float64Array, y: Float64Array): number {
  const count = x.length, constant = (values: Float64Array) => values.every((value) => value === values[0]);
  // Rounding would otherwise make numbers of nothing.
  if (constant(x) || constant(y)) return NaN;
  let meanX = 0, meanY = 0;
  for (let index = 0; index < count; index++) {
    meanX += x[index]! / count;
    meanY += y[index]! / count;
  }
  let both = 0, squareX = 0, squareY = 0;
  for (let index = 0; index < count; index++) {
    const dx = x[index]! - meanX, dy = y[index]! - meanY;
    both += dx * dy;
    squareX += dx * dx;
    squareY += dy * dy;
  }
  return both / Math.sqrt(squareX * squareY);
}

/**
 * Spearman's rank correlation, −1 to 1, ties at their mean rank; NaN where either list is constant. Throws RangeError for
 * lists of different lengths.
 *
 * @example
 * ```ts
 * import { spearman } from "@zennas/zennas";
 * if (spearman([1, 2, 3], [10, 20, 1000]) !== 1) throw new Error();
 * ```
 */
export function spearman(x: readonly number[], y: readonly number[]): number {
  requirePairs(x, y);
  return pearson(ranks(x), ranks(y));
}

/** How many pairs a run of `count` equal values makes. */
const pairs = (count: number): number => count * (count - 1) / 2;

/** Pairs of equal neighbours in an order, where `same` tells whether two positions are equal. */
function tiedPairs(count: number, same: (a: number, b: number) => boolean): number {
  let tied = 0, run = 1;
  for (let place = 1; place <= count; place++) {
    if (place < count && same(place - 1, place)) run++;
    else {
      tied += pairs(run);
      run = 1;
    }
  }
  return tied;
}

/** Sorts in place by merging; returns how many pairs were in the wrong order. */
function countInversions(values: Float64Array): number {
  let inversions = 0, from: Float64Array = values, to: Float64Array = new Float64Array(values.length);
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length), end = Math.min(start + 2 * width, values.length);
      let left = start, right = middle;
      for (let place = start; place < end; place++) {
        const takeLeft = left < middle && (right >= end || from[left]! <= from[right]!);
        if (!takeLeft) inversions += middle - left;
        to[place] = takeLeft ? from[left++]! : from[right++]!;
      }
    }
    [from, to] = [to, from];
  }
  if (from !== values) values.set(from);
  return inversions;
}

/**
 * Kendall's tau-b, −1 to 1: concordant minus discordant pairs over the geometric mean of the pairs not tied in either
 * list; NaN where either list is constant. Knight's algorithm (JASA 1966), n·log n. Throws RangeError for lists of
 * different lengths.
 *
 * @example
 * ```ts
 * import { kendall } from "@zennas/zennas";
 * if (kendall([1, 2, 3, 4], [1, 2, 4, 3]) !== 4 / 6) throw new Error();
 * ```
 */
export function kendall(x: readonly number[], y: readonly number[]): number {
  requirePairs(x, y);
  const count = x.length;
  const order = x.map((_, index) => index).sort((a, b) => x[a]! - x[b]! || y[a]! - y[b]!);
  const sortedX = order.map((index) => x[index]!), sortedY = Float64Array.from(order, (index) => y[index]!);
  const tiedX = tiedPairs(count, (a, b) => sortedX[a] === sortedX[b]);
  const tiedBoth = tiedPairs(count, (a, b) => sortedX[a] === sortedX[b] && sortedY[a] === sortedY[b]);
  const discordant = countInversions(sortedY);
  const tiedY = tiedPairs(count, (a, b) => sortedY[a] === sortedY[b]);
  const all = pairs(count);
  return (all - tiedX - tiedY + tiedBoth - 2 * discordant) / Math.sqrt((all - tiedX) * (all - tiedY));
}
