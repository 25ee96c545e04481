/**
 * Which of several points are better when each has several numbers: constrained domination, the sort into fronts, and the
 * crowding distance of NSGA-II (Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II", IEEE TEC 2002).
 */

/** A point of several objectives. */
export interface Rated {
  /** One number an objective, lower is better. */
  readonly objectives: readonly number[];
  /** How far constraints are broken: 0 where all hold. */
  readonly violation: number;
}

/** Whether one vector is nowhere higher than another and somewhere lower. Both have the same length. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let lower = false;
  for (let index = 0; index < a.length; index++) {
    if (a[index]! > b[index]!) return false;
    if (a[index]! < b[index]!) lower = true;
  }
  return lower;
}

/**
 * Whether a point beats another: where both hold their constraints, if it dominates the other; else if it breaks them less.
 */
export function beats(a: Rated, b: Rated): boolean {
  if (a.violation !== b.violation) return a.violation < b.violation;
  return a.violation === 0 && dominates(a.objectives, b.objectives);
}

/** An order in which no point is beaten by a later one: constraints first, then the objectives one after the other. */
export function beforehand(a: Rated, b: Rated): number {
  if (a.violation !== b.violation) return a.violation < b.violation ? -1 : 1;
  for (let index = 0; index < a.objectives.length; index++) {
    const ours = a.objectives[index]!, theirs = b.objectives[index]!;
    if (ours !== theirs) return ours < theirs ? -1 : 1;
  }
  return 0;
}

/** Whether a front, filled in the order of {@link beforehand}, has a point that beats the next one. */
function beatenIn(front: readonly Rated[], point: Rated): boolean {
  // Of two objectives the first rises along a front and the second falls: if any point beats the next, the last one does.
  if (point.objectives.length === 2) return beats(front.at(-1)!, point);
  return front.some((other) => beats(other, point));
}

/**
 * Sorts points into fronts: the first has those that none beats, the next those that only points of earlier fronts beat, and
 * so on. Points enter the first front in which none beats them, in an order in which no later point beats an earlier one
 * (Zhang et al., "An efficient approach to nondominated sorting", IEEE TEC 2015). `sorted` must be in the order of
 * {@link beforehand}.
 *
 * @example
 * ```ts
 * import { beforehand, frontsOf } from "@zennas/zennas";
 * const points = [[1, 4], [2, 2], [3, 3], [4, 1]].map((objectives) => ({ objectives, violation: 0 }));
 * const fronts = frontsOf(points.toSorted(beforehand));
 * if (fronts.map((front) => front.length).join() !== "3,1") throw new Error(JSON.stringify(fronts));
 * ```
 */
export function frontsOf<T extends Rated>(sorted: readonly T[]): readonly (readonly T[])[] {
  const fronts: T[][] = [];
  for (const point of sorted) {
    const front = fronts.find((one) => !beatenIn(one, point));
    if (front) front.push(point);
    else fronts.push([point]);
  }
  return fronts;
}

/**
 * How far apart the neighbours of each point of a front are: over the objectives, the sum of the difference between the next
 * higher and the next lower value, divided by the front's range. Infinity for a point at an end of any objective.
 */
export function crowdingDistances(front: readonly Rated[]): readonly number[] {
  const distances = new Array<number>(front.length).fill(0);
  const order = front.map((_, index) => index);
  for (let objective = 0; objective < (front[0]?.objectives.length ?? 0); objective++) {
    const value = (position: number): number => front[order[position]!]!.objectives[objective]!;
    order.sort((a, b) => front[a]!.objectives[objective]! - front[b]!.objectives[objective]! || a - b);
    const last = order.length - 1, range = value(last) - value(0);
    distances[order[0]!] = distances[order[last]!] = Infinity;
    if (range === 0) continue;
    for (let position = 1; position < last; position++) {
      distances[order[position]!]! += (value(position + 1) - value(position - 1)) / range;
    }
  }
  return distances;
}

/** The points that no other of them dominates, in the given order; equal points are all among them. */
export function nonDominated<T extends Pick<Rated, "objectives">>(points: readonly T[]): readonly T[] {
  const rated = points.map((point, index) => ({ objectives: point.objectives, violation: 0, index }));
  const [front = []] = frontsOf(rated.sort(beforehand));
  return front.map(({ index }) => index).sort((a, b) => a - b).map((index) => points[index]!);
}
