/** The population of an evolution: its best members so far. */
import { parseStructure, type Structure } from "../masternet/mod.ts";
import type { ScoredCandidate } from "./proposal.ts";

/** A scored candidate with its syntax tree, which is parsed when first asked for unless it was at hand. */
export class Member implements ScoredCandidate {
  readonly index: number;
  readonly structure: string;
  /** Higher is better. */
  readonly score: number;
  #tree: Structure | undefined;

  /** A member for a candidate, with its syntax tree if that is at hand. */
  constructor(candidate: ScoredCandidate, tree?: Structure) {
    this.index = candidate.index;
    this.structure = candidate.structure;
    this.score = candidate.score;
    this.#tree = tree;
  }

  /** The syntax tree of `structure`. */
  get tree(): Structure {
    return this.#tree ??= parseStructure(this.structure);
  }
}

/**
 * At most `size` members, best first. Of equal scores the newest comes first, so that the oldest of the lowest is
 * dropped, as in the published search.
 *
 * @example
 * ```ts
 * import { Member, Population } from "@zennas/zennas";
 * const population = new Population(2);
 * for (const score of [1, 3, 2]) population.enter(new Member({ index: score, structure: "", score }));
 * if (population.members.map((member) => member.score).join() !== "3,2") throw new Error();
 * ```
 */
export class Population {
  /** The most members. */
  readonly size: number;
  readonly #members: Member[] = [];

  /** An empty population. Throws RangeError unless the size is a positive integer. */
  constructor(size: number) {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`Cannot hold a population as its size is a positive integer: got ${size}`);
    }
    this.size = size;
  }

  /** The members, best first. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** Adds a member, and drops the lowest when there are too many. */
  enter(member: Member): void {
    this.#members.splice(this.#rank(member.score), 0, member);
    if (this.#members.length > this.size) this.#members.pop();
  }

  /** The position of the first member whose score is no higher, by bisection. */
  #rank(score: number): number {
    let low = 0, high = this.#members.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#members[middle]!.score > score) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
