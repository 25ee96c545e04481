/** The population of an evolution: its best members so far. */
import { parseStructure, type Structure } from "../networks/masternet/mod.ts";
import type { Random } from "../numeric/random.ts";
import { rankedScores } from "../scoring/ranking.ts";
import type { RankCombination } from "../scoring/proxy.ts";
import type { ScoredCandidate } from "./proposal.ts";

/** A candidate with the parts of its score. */
export interface MemberFacts extends ScoredCandidate {
  /** The named numbers that are ranked where scores are ranks. */
  readonly parts?: Readonly<Record<string, number>>;
}

/** A scored candidate with its syntax tree, which is parsed on first use unless it is given. */
export class Member implements ScoredCandidate {
  readonly index: number;
  readonly structure: string;
  /** Higher is better. */
  readonly score: number;
  /** The named numbers that are ranked where scores are ranks. */
  readonly parts: Readonly<Record<string, number>>;
  #tree: Structure | undefined;

  /** A member for a candidate, with its syntax tree if that is known. */
  constructor(candidate: MemberFacts, tree?: Structure) {
    this.index = candidate.index;
    this.structure = candidate.structure;
    this.score = candidate.score;
    this.parts = candidate.parts ?? {};
    this.#tree = tree;
  }

  /** The same member with another score. */
  rescored(score: number): Member {
    return new Member({ ...this, score }, this.#tree);
  }

  /** The syntax tree of `structure`. */
  get tree(): Structure {
    return this.#tree ??= parseStructure(this.structure);
  }
}

function requireSize(size: number): void {
  if (Number.isInteger(size) && size >= 1) return;
  throw new RangeError(`Cannot hold a population as its size is a positive integer: got ${size}`);
}

/** Members that compete, best first. */
export interface Standings {
  /** The most members. */
  readonly size: number;
  /** The members, best first. */
  readonly members: readonly Member[];
  /** Adds a member, and drops the lowest when there are too many; returns the score that it entered with. */
  enter(member: Member): number;
  /** Draws a parent. Throws RangeError without members. */
  pick(random: Random): Member;
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
export class Population implements Standings {
  /** The most members. */
  readonly size: number;
  readonly #members: Member[] = [];

  /** An empty population. Throws RangeError unless the size is a positive integer. */
  constructor(size: number) {
    requireSize(size);
    this.size = size;
  }

  /** The members, best first. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** Adds a member, and drops the lowest when there are too many. */
  enter(member: Member): number {
    this.#members.splice(this.#rank(member.score), 0, member);
    if (this.#members.length > this.size) this.#members.pop();
    return member.score;
  }

  /** Draws a parent, each member alike. Throws RangeError without members. */
  pick(random: Random): Member {
    return random.pick(this.#members);
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

/**
 * At most `size` members, best first, whose scores are computed from the ranks of their parts among them: all scores change
 * when a member enters. Of equal scores the newest comes first.
 */
export class RankedPopulation implements Standings {
  readonly size: number;
  readonly #ranking: RankCombination;
  #members: readonly Member[] = [];

  /** An empty population. Throws RangeError unless the size is a positive integer. */
  constructor(size: number, ranking: RankCombination) {
    requireSize(size);
    this.size = size;
    this.#ranking = ranking;
  }

  /** The members, best first. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** Adds a member, ranks all, and drops the lowest when there are too many; returns the new member's score. */
  enter(newcomer: Member): number {
    const all = [...this.#members, newcomer];
    const scores = rankedScores(all.map(({ parts }) => parts), this.#ranking);
    const ranked = all.map((member, index) => member.rescored(scores[index]!));
    this.#members = ranked.sort((a, b) => b.score - a.score || b.index - a.index).slice(0, this.size);
    return scores.at(-1)!;
  }

  /** Draws a parent, each member alike. Throws RangeError without members. */
  pick(random: Random): Member {
    return random.pick(this.#members);
  }
}
