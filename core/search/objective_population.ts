/** The population of a search with several objectives. */
import type { Random } from "../numeric/random.ts";
import { minimised, type Objective, objectiveValues } from "./objectives.ts";
import { type Competitor, CrowdedPopulation, FrontArchive, type FrontPoint } from "./pareto/mod.ts";
import type { Member, Standings } from "./population.ts";
import type { ScoredCandidate } from "./proposal.ts";

/** A candidate that no other one is better than in every objective. */
export interface FrontCandidate extends ScoredCandidate {
  /** Its values by the names of the objectives, as they are: those to be low are not negated. */
  readonly objectives: Readonly<Record<string, number>>;
}

interface CompetingMember extends Competitor {
  readonly member: Member;
}

/**
 * At most `size` members by NSGA-II's constrained domination. Candidates over a budget, which have no objectives, compete by
 * how far they are over: they are below all others and leave first. A structure that is a member does not enter again.
 */
export class ObjectivePopulation implements Standings {
  readonly size: number;
  readonly #objectives: readonly Objective[];
  readonly #competitors: CrowdedPopulation<CompetingMember>;
  readonly #archive = new FrontArchive<FrontPoint & { readonly candidate: FrontCandidate }>();
  #members: readonly Member[] = [];
  #latestInFront: ScoredCandidate | undefined;

  /** An empty population. Throws RangeError unless the size is a positive integer. */
  constructor(size: number, objectives: readonly Objective[]) {
    this.size = size;
    this.#objectives = objectives;
    this.#competitors = new CrowdedPopulation(size);
  }

  /** The members, best first: by front, then by crowding distance, those over a budget behind; their score is NaN. */
  get members(): readonly Member[] {
    return this.#members;
  }

  /** The front of all that entered, in the order of proposals, whether they are still members or not. */
  get front(): readonly FrontCandidate[] {
    return this.#archive.points.map(({ candidate }) => candidate);
  }

  /** The latest candidate that none before it was better than in every objective. */
  get latestInFront(): ScoredCandidate | undefined {
    return this.#latestInFront;
  }

  /** Adds a member, and drops the last when there are too many; returns its score. */
  enter(member: Member): number {
    const { index, structure, score } = member, values = objectiveValues(this.#objectives, member);
    const objectives = minimised(this.#objectives, values);
    this.#compete({ member, index, objectives, violation: 0 });
    const candidate = { index, structure, score, objectives: values };
    if (this.#archive.offer({ objectives, candidate })) this.#latestInFront = { index, structure, score };
    return score;
  }

  /** Adds a candidate that is over its budgets by `violation`. */
  enterOver(member: Member, violation: number): void {
    if (this.#members.some(({ structure }) => structure === member.structure)) return;
    const { index } = member, objectives = this.#objectives.map(() => 0);
    // A ratio may round to nothing, but nobody over a budget competes with those within.
    this.#compete({ member, index, objectives, violation: Math.max(violation, Number.MIN_VALUE) });
  }

  /** Draws a parent by a binary tournament. Throws RangeError without members. */
  pick(random: Random): Member {
    return this.#competitors.pick(random).member;
  }

  #compete(competitor: CompetingMember): void {
    this.#competitors.enter(competitor);
    this.#members = this.#competitors.members.map(({ member }) => member);
  }
}
