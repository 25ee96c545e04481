/** What an evolution is given, and the events by which it reports. */
import type { Structure } from "../networks/masternet/mod.ts";
import type { RankCombination } from "../scoring/proxy.ts";
import type { Budget } from "./budgets.ts";
import type { Objective } from "./objectives.ts";
import type { Proposal, ScoredCandidate, VerdictCounts } from "./proposal.ts";
import type { RaceSettings } from "./race.ts";
import type { Screen } from "./screen.ts";
import type { Space } from "./space.ts";

/** A candidate, as its scorer is given it beside the syntax tree. */
export interface Candidate {
  /** The proposal that it came from. */
  readonly index: number;
  /** Its canonical string. */
  readonly structure: string;
  /**
   * In a race, the least preliminary score with which the whole one is computed; undefined where no preliminary score is
   * to be computed.
   */
  readonly bar?: number | undefined;
}

/** What a scorer returns for a candidate whose preliminary score is below its `bar`. */
export interface Outraced {
  /** The preliminary score. */
  readonly outraced: number;
}

/**
 * Scores a candidate; higher is better. Up to `window` calls are in flight at a time; a scorer with fewer workers lets the
 * others wait. A score that is not finite fails this candidate alone, and so does an error for which `failsCandidate` is
 * true; any other error ends the search.
 */
export type Scorer = (structure: Structure, candidate: Candidate) => Promise<ScorerResult>;

/** What a scorer says of a candidate. */
export type ScorerResult = number | ScoreWithParts | Outraced;

/** A score and named numbers beside it, such as those that are ranked. */
export interface ScoreWithParts {
  /** Higher is better. */
  readonly score: number;
  /** Numbers by name. */
  readonly parts: Readonly<Record<string, number>>;
}

/** Why a search ended: a limit was reached, the first candidates all failed, or it was stopped. */
export type StopReason = "proposals" | "evaluations" | "patience" | "time" | "failures" | "aborted";

/** What a search holds now; its properties change as results enter. */
export interface SearchStanding {
  /** The first candidate with the highest score, among the population where scores are ranks; undefined if none has one. */
  readonly best: ScoredCandidate | undefined;
  /** The population's members, best first, the earlier proposal first of equal scores; sorted whenever they are read. */
  readonly members: readonly ScoredCandidate[];
}

/** A proposal's result has entered: the proposal, and the state of the search after it. */
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

/** What to search, how far, and what to call with the results. */
export interface EvolutionOptions {
  /** Where replacement blocks come from. */
  readonly space: Space;
  /** Where the evolution starts: each of them is mutated in turn until the population has more than ten members. */
  readonly initial: readonly Structure[];
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
  /**
   * The search ends after this number of candidates went to the scorer without another best one, or with several objectives
   * without one that joined the front; up to `window − 1`
   * proposals that had been drawn by then still enter. Default: no limit.
   */
  readonly patience?: number | undefined;
  /** Asked before each new proposal; the search ends when it says so. Default: never. */
  readonly timeIsUp?: (() => boolean) | undefined;
  /** Free proxies that drop candidates within the budgets before they are scored, one after the other. Default: none. */
  readonly screens?: readonly Screen[] | undefined;
  /** Drops candidates whose preliminary score is too low for the population; not together with `ranking`. Default: none. */
  readonly race?: RaceSettings | undefined;
  /** Scores candidates that are within the budgets. */
  readonly score: Scorer;
  /** Computes scores from the ranks of their parts in the population, the new member included. Default: scores are kept. */
  readonly ranking?: RankCombination | undefined;
  /**
   * Several objectives, for a population by NSGA-II: those without a `measure` come with the score. Not together with `ranking`
   * or `race`. Default: one, the score.
   */
  readonly objectives?: readonly Objective[] | undefined;
  /**
   * The probability, 0 to 1, that a proposal is a crossover of two parents, mutated in one place, rather than one parent mutated
   * in two. Default: 0.
   */
  readonly crossover?: number | undefined;
  /** Proposals of an earlier part of the same search, from index 0 without gaps. */
  readonly journal?: Iterable<Proposal> | undefined;
  /** Called with each new proposal in order, and what the search holds after it; the search waits for a promise. */
  readonly record?: ((proposal: Proposal, standing: SearchStanding) => Promise<void> | undefined) | undefined;
  /** Called after each new proposal is recorded. */
  readonly onEvent?: ((event: SearchEvent) => void) | undefined;
  /** Ends the search once the candidates in flight are done and recorded. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the search at once: what is in flight is lost, and found again when the search is continued. */
  readonly abandon?: AbortSignal | undefined;
}
