/** What an evolution is given, and what it tells of itself while it goes on. */
import type { Structure } from "../networks/masternet/mod.ts";
import type { RankCombination } from "../scoring/proxy.ts";
import type { Budget } from "./budgets.ts";
import type { Proposal, ScoredCandidate, VerdictCounts } from "./proposal.ts";
import type { RaceSettings } from "./race.ts";
import type { Screen } from "./screen.ts";
import type { Space } from "./space.ts";

/** What a scorer learns of a candidate beside its syntax tree. */
export interface Candidate {
  /** The proposal that it came from. */
  readonly index: number;
  /** Its canonical string. */
  readonly structure: string;
  /** Where the search races: what a preliminary score must reach for the whole one to be taken; undefined: takes none. */
  readonly bar?: number | undefined;
}

/** A scorer's word that a candidate's preliminary score is below its bar. */
export interface Outraced {
  /** The preliminary score. */
  readonly outraced: number;
}

/**
 * Scores a candidate; higher is better. Up to `window` calls are in flight at a time, so a scorer with fewer workers
 * queues by itself. A score that is not finite fails the candidate alone, and so does an error of which `failsCandidate` is
 * true; any other error ends the search.
 */
export type Scorer = (structure: Structure, candidate: Candidate) => Promise<number | ScoreWithParts | Outraced>;

/** A score and the parts that ranks are taken of. */
export interface ScoreWithParts {
  /** Higher is better. */
  readonly score: number;
  /** Numbers by name. */
  readonly parts: Readonly<Record<string, number>>;
}

/** Why a search ended. */
export type StopReason = "proposals" | "evaluations" | "aborted";

/** News of a search: a proposal has entered. */
export interface SearchEvent {
  /** The proposal, with its verdict. */
  readonly proposal: Proposal;
  /** Proposals that have entered so far. */
  readonly proposals: number;
  /** Candidates among them that went to the scorer. */
  readonly evaluations: number;
  /** How many proposals met each verdict. */
  readonly counts: VerdictCounts;
  /** The first candidate with the highest score so far. */
  readonly best: ScoredCandidate | undefined;
  /** The share of proposals that got a score, 0 to 1. */
  readonly acceptanceRate: number;
}

/** What to search, how far, and whom to tell. */
export interface EvolutionOptions {
  /** Where replacement blocks come from. */
  readonly space: Space;
  /** Where the evolution starts. */
  readonly initial: Structure;
  /** In the order in which they are checked. */
  readonly budgets: readonly Budget[];
  /** The size of the population. */
  readonly population: number;
  /** How many proposals are drawn ahead of the first one without a result; at least 1. */
  readonly window: number;
  /** Decides all draws: a non-negative safe integer. */
  readonly seed: number;
  /** The search ends after this number of proposals. */
  readonly maxProposals: number;
  /** The search ends after this number of candidates went to the scorer. Default: no limit. */
  readonly maxEvaluations?: number | undefined;
  /** Free proxies that candidates within the budgets pass, one after the other, before they are scored. Default: none. */
  readonly screens?: readonly Screen[] | undefined;
  /** Sends candidates off that will not reach the population; not together with `ranking`. Default: nobody. */
  readonly race?: RaceSettings | undefined;
  /** Scores candidates that are within the budgets. */
  readonly score: Scorer;
  /** Makes scores of the ranks that parts have in the population, newcomer included. Default: scores are as they are. */
  readonly ranking?: RankCombination | undefined;
  /** Proposals of an earlier part of the same search, from index 0 without gaps. */
  readonly journal?: Iterable<Proposal> | undefined;
  /** Called with each new proposal in order; the search waits for a promise. */
  readonly record?: ((proposal: Proposal) => Promise<void> | undefined) | undefined;
  /** Called after each new proposal is recorded. */
  readonly onEvent?: ((event: SearchEvent) => void) | undefined;
  /** Ends the search once the candidates in flight are done and recorded. */
  readonly signal?: AbortSignal | undefined;
}
