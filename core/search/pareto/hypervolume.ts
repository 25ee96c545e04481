/**
 * The hypervolume of points: the measure of what they dominate up to a reference point (Zitzler and Thiele,
 * "Multiobjective evolutionary algorithms", IEEE TEC 1999). It grows when a front comes closer or wider.
 */

/** Points sorted by their first number. */
type Sorted = readonly (readonly number[])[];

/** The place at which a point keeps the others sorted by their first number. */
function placeOf(sorted: Sorted, first: number): number {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]![0]! <= first) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The area below two numbers of a reference that points dominate, by a sweep along the first. */
function area(sorted: Sorted, [right, top]: readonly [number, number]): number {
  let sum = 0, height = top;
  for (const [first, second] of sorted as readonly (readonly [number, number])[]) {
    if (second >= height) continue;
    sum += (right - first) * (height - second);
    height = second;
  }
  return sum;
}

/** The measure in the first `count` numbers, by slices along the last of them in which the same points count. */
function measure(points: Sorted, reference: readonly number[], count: number): number {
  if (count === 1) return points.length === 0 ? 0 : reference[0]! - points[0]![0]!;
  if (count === 2) return area(points, [reference[0]!, reference[1]!]);
  const last = count - 1, layers = points.toSorted((a, b) => a[last]! - b[last]!);
  const inside: (readonly number[])[] = [];
  let sum = 0;
  for (const [index, point] of layers.entries()) {
    inside.splice(placeOf(inside, point[0]!), 0, point);
    const thickness = (layers[index + 1]?.[last] ?? reference[last]!) - point[last]!;
    if (thickness > 0) sum += thickness * measure(inside, reference, last);
  }
  return sum;
}

/**
 * The hypervolume of points whose numbers are better when lower, up to a reference point; a point that is not below the
 * reference in every number adds nothing. Exact for any number of objectives; the time grows with the number of points to
 * the power of objectives − 1.
 *
 * @example
 * ```ts
 * import { hypervolume } from "@zennas/zennas";
 * if (hypervolume([[1, 2], [2, 1]], [3, 3]) !== 3) throw new Error();
 * ```
 */
export function hypervolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const below = points.filter((point) => point.every((value, index) => value < reference[index]!));
  return measure(below.toSorted((a, b) => a[0]! - b[0]!), reference, reference.length);
}
