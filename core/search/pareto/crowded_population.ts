/** The population of NSGA-II, one newcomer at a time. */
import type { Random } from "../../numeric/random.ts";
import { beforehand, crowdingDistances, frontsOf, type Rated } from "./dominance.ts";

/** What competes: any genome with its objectives. */
export interface Competitor extends Rated {
  /** Tells the newer of two: each newcomer's is higher. */
  readonly index: number;
}

/** A member of a front with its crowding distance. */
interface Placed<T> {
  readonly member: T;
  readonly distance: number;
}

/**
 * At most `size` members. Better is a lower front, and within a front a larger crowding distance; of equals, the newest. A
 * newcomer joins, all are sorted, and the last one is dropped: NSGA-II with offspring of one (Durillo et al., "On the effect of
 * the steady-state selection scheme in multi-objective genetic algorithms", EMO 2009), so that results can enter in the order
 * of their proposals.
 *
 * @example
 * ```ts
 * import { CrowdedPopulation } from "@zennas/zennas";
 * const population = new CrowdedPopulation(2);
 * for (const [index, objectives] of [[1, 3], [3, 1], [3, 3]].entries()) population.enter({ index, objectives, violation: 0 });
 * if (population.members.some(({ index }) => index === 2)) throw new Error("the dominated one stays");
 * ```
 */
export class CrowdedPopulation<T extends Competitor> {
  /** The most members. */
  readonly size: number;
  /** In the order of `beforehand`, the older first of equals. */
  #sorted: T[] = [];
  #members: readonly T[] = [];
  #front: readonly T[] = [];

  /** An empty population. Throws RangeError unless the size is a positive integer. */
  constructor(size: number) {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`Cannot hold a population as its size is a positive integer: got ${size}`);
    }
    this.size = size;
  }

  /** The members, best first. */
  get members(): readonly T[] {
    return this.#members;
  }

  /** The members that none beats. */
  get front(): readonly T[] {
    return this.#front;
  }

  /** Adds a member, and drops the last when there are too many; returns whether it stays. */
  enter(newcomer: T): boolean {
    const full = this.#sorted.length === this.size;
    // The last of the order breaks constraints most: who breaks them more than everyone is dropped at once.
    if (full && newcomer.violation > this.#sorted.at(-1)!.violation) return false;
    this.#sorted.splice(this.#placeOf(newcomer), 0, newcomer);
    const fronts = frontsOf(this.#sorted).map((front) => [...front]), last = fronts.at(-1)!;
    const dropped = full ? bestFirst(last).at(-1)! : undefined;
    if (dropped) {
      // Nobody is in a front because of a member of the last one, so the other fronts stay as they are.
      last.splice(last.indexOf(dropped), 1);
      this.#sorted.splice(this.#sorted.indexOf(dropped), 1);
    }
    this.#front = fronts[0]!;
    this.#members = fronts.flatMap(bestFirst);
    return dropped !== newcomer;
  }

  /** The winner of a binary tournament: the better of two members, each drawn uniformly. Throws RangeError without members. */
  pick(random: Random): T {
    const count = this.#members.length;
    return this.#members[Math.min(random.below(count), random.below(count))]!;
  }

  #placeOf(newcomer: T): number {
    let low = 0, high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (beforehand(this.#sorted[middle]!, newcomer) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The members of a front, the least crowded first, the newest first of equals. */
function bestFirst<T extends Competitor>(front: readonly T[]): readonly T[] {
  const distances = crowdingDistances(front);
  const placed = front.map((member, index): Placed<T> => ({ member, distance: distances[index]! }));
  // Two infinite distances have no difference.
  const compare = (a: Placed<T>, b: Placed<T>): number =>
    a.distance === b.distance ? b.member.index - a.member.index : b.distance - a.distance;
  return placed.sort(compare).map(({ member }) => member);
}
