/** The state of a search: its population, what it counts, and what it has found. */
import type { Structure } from "../networks/masternet/mod.ts";
import { failsCandidate } from "../scoring/candidate_error.ts";
import { type Budget, violationOf } from "./budgets.ts";
import type { EvolutionOptions, SearchEvent, SearchStanding, StopReason } from "./evolution_options.ts";
import { type FrontCandidate, ObjectivePopulation } from "./objective_population.ts";
import { Member, Population, RankedPopulation, type Standings } from "./population.ts";
import { evaluationsOf, noVerdicts, type Proposal, type ScoredCandidate, type VerdictCounts } from "./proposal.ts";
import type { Drawn } from "./proposer.ts";

/** The result of a search. */
export interface SearchOutcome {
  /** The first candidate with the highest score, among the population where scores are ranks; undefined if none has one. */
  readonly best: ScoredCandidate | undefined;
  /** The population, best first, the earlier proposal first of equal scores. */
  readonly population: readonly ScoredCandidate[];
  /** Proposals in all, those of the journal included. */
  readonly proposals: number;
  /** Candidates among them that went to the scorer. */
  readonly evaluations: number;
  /** How many proposals met each verdict. */
  readonly counts: VerdictCounts;
  /** What most candidates failed for; undefined if none failed. */
  readonly failure: CommonFailure | undefined;
  /** Why the search ended. */
  readonly stoppedBy: StopReason;
  /** Of a search with several objectives: the front of all candidates, in the order of proposals. */
  readonly front?: readonly FrontCandidate[];
}

/** A reason why candidates failed. Reasons that differ in numbers alone count as one. */
export interface CommonFailure {
  /** The reason of the first of them. */
  readonly reason: string;
  /** How many failed for it. */
  readonly count: number;
}

const candidateOf = ({ index, structure, score }: Member): ScoredCandidate => ({ index, structure, score });

/** What is reported is in this order; the population breeds from its own, in which the newest of equal scores is first. */
const bestFirst = (a: ScoredCandidate, b: ScoredCandidate): number => b.score - a.score || a.index - b.index;
const better = (a: Member, b: Member): Member => bestFirst(a, b) <= 0 ? a : b;

/** How far a structure is over its budgets; Infinity where that cannot be counted. */
function violationIfCounted(structure: Structure, budgets: readonly Budget[]): number {
  try {
    return violationOf(structure, budgets);
  } catch (error) {
    if (failsCandidate(error)) return Infinity;
    throw error;
  }
}

/** The most different reasons that are counted; those of further ones are not. */
const REASONS = 1000;

/** Why candidates failed. */
class Failures {
  readonly #byKind = new Map<string, CommonFailure>();

  add(reason: string): void {
    const kind = reason.replace(/\d+/g, "0"), known = this.#byKind.get(kind);
    if (known || this.#byKind.size < REASONS) {
      this.#byKind.set(kind, { reason, ...known, count: (known?.count ?? 0) + 1 });
    }
  }

  /** The earliest of the most frequent ones. */
  get most(): CommonFailure | undefined {
    return [...this.#byKind.values()].sort((a, b) => b.count - a.count)[0];
  }
}

/** What decides which results become members of the population. */
export type StandingOptions = Pick<EvolutionOptions, "population" | "ranking" | "objectives" | "budgets">;

/** The state of a search that results change: population, counts and the best candidate. */
export class Standing implements SearchStanding {
  readonly #failures = new Failures();
  readonly population: Standings;
  readonly #ranked: boolean;
  readonly #budgets: readonly Budget[];
  /** The population, where there are several objectives. */
  readonly #several: ObjectivePopulation | undefined;
  readonly #counts: Record<Proposal["verdict"], number> = noVerdicts();
  #best: ScoredCandidate | undefined;
  #proposals = 0;

  /** An empty population and no counts. Throws TypeError for objectives beside ranks. */
  constructor({ population, ranking, objectives, budgets }: StandingOptions) {
    if (objectives && ranking) {
      throw new TypeError("Cannot have several objectives as scores are ranks, which change when a member enters");
    }
    this.#ranked = ranking !== undefined;
    this.#budgets = budgets;
    this.#several = objectives && new ObjectivePopulation(population, objectives);
    this.population = this.#several ??
      (ranking ? new RankedPopulation(population, ranking) : new Population(population));
  }

  /** Enters a proposal's result; returns the proposal with the score that it has in the population. */
  enter({ proposal, tree }: Drawn): Proposal {
    this.#proposals++;
    this.#counts[proposal.verdict]++;
    if (proposal.verdict === "failed") this.#failures.add(proposal.reason);
    if (proposal.verdict === "over-budget") this.#enterOver(proposal, tree);
    if (proposal.verdict !== "scored") return proposal;
    const score = this.population.enter(new Member(proposal, tree)), { index, structure } = proposal;
    if (this.#ranked) this.#best = candidateOf(this.population.members.reduce(better));
    else if (this.#best === undefined || score > this.#best.score) this.#best = { index, structure, score };
    return { ...proposal, score };
  }

  /** Candidates over a budget are parents too where the population orders them. */
  #enterOver({ index, structure }: Proposal, tree: Structure | undefined): void {
    if (!this.#several) return;
    const member = new Member({ index, structure, score: NaN }, tree);
    this.#several.enterOver(member, violationIfCounted(member.tree, this.#budgets));
  }

  get best(): ScoredCandidate | undefined {
    return this.#best;
  }

  /** The latest proposal that changed what the search is after: the best, or with several objectives the front. */
  get improved(): ScoredCandidate | undefined {
    return this.#several ? this.#several.latestInFront : this.#best;
  }

  get members(): readonly ScoredCandidate[] {
    const { members } = this.population;
    return members.filter(({ score }) => !Number.isNaN(score)).map(candidateOf).sort(bestFirst);
  }

  /** How many candidates have failed if none has anything else; 0 otherwise. */
  get failedFromTheStart(): number {
    const { failed } = this.#counts;
    return evaluationsOf(this.#counts) === failed ? failed : 0;
  }

  /** What is reported when a proposal has entered. */
  event(proposal: Proposal): SearchEvent {
    return { proposal, ...this.#summary(), acceptanceRate: this.#counts.scored / this.#proposals };
  }

  /** The result of the search. */
  outcome(stoppedBy: StopReason): SearchOutcome {
    const front = this.#several && { front: this.#several.front };
    return { ...this.#summary(), population: this.members, failure: this.#failures.most, stoppedBy, ...front };
  }

  #summary(): Omit<SearchOutcome, "population" | "failure" | "stoppedBy" | "front"> {
    const counts = { ...this.#counts };
    return { best: this.#best, proposals: this.#proposals, evaluations: evaluationsOf(counts), counts };
  }
}
