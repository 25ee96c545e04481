/**
 * The evolution of Zen-NAS (Lin et al., ICCV 2021), made deterministic under concurrency: proposal i is drawn from
 * Philox(seed, i) and from the population as it stands after the results of all proposals up to i − window, and results
 * enter in proposal order. The scorer's timing therefore changes nothing, and a journal of past proposals continues
 * exactly where it ends.
 */
import type { Structure } from "../networks/masternet/mod.ts";
import type { Budget } from "./budgets.ts";
import type { RankCombination } from "../scoring/proxy.ts";
import { Member, Population, RankedPopulation, type Standings } from "./population.ts";
import { evaluationsOf, noVerdicts, type Proposal, type ScoredCandidate, type VerdictCounts } from "./proposal.ts";
import { type Drawn, Proposer } from "./proposer.ts";
import { Race, type RaceSettings } from "./race.ts";
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

/** What a search has come to. */
export interface SearchOutcome {
  /** The first candidate with the highest score, by rank the population's first; undefined if none got a score. */
  readonly best: ScoredCandidate | undefined;
  /** The population, best first. */
  readonly population: readonly ScoredCandidate[];
  /** Proposals in all, those of the journal included. */
  readonly proposals: number;
  /** Candidates among them that went to the scorer. */
  readonly evaluations: number;
  /** How many proposals met each verdict. */
  readonly counts: VerdictCounts;
  /** Why the search ended. */
  readonly stoppedBy: StopReason;
}

const candidateOf = ({ index, structure, score }: Member): ScoredCandidate => ({ index, structure, score });

/** Everything that results have changed. */
class Standing {
  readonly population: Standings;
  readonly #ranked: boolean;
  readonly #counts: Record<Proposal["verdict"], number> = noVerdicts();
  #best: ScoredCandidate | undefined;
  #proposals = 0;

  constructor({ population, ranking }: EvolutionOptions) {
    this.#ranked = ranking !== undefined;
    this.population = ranking ? new RankedPopulation(population, ranking) : new Population(population);
  }

  /** Lets a proposal in; returns it with the score that it entered with. */
  enter({ proposal, tree }: Drawn): Proposal {
    this.#proposals++;
    this.#counts[proposal.verdict]++;
    if (proposal.verdict !== "scored") return proposal;
    const score = this.population.enter(new Member(proposal, tree)), { index, structure } = proposal;
    if (this.#ranked) this.#best = candidateOf(this.population.members[0]!);
    else if (this.#best === undefined || score > this.#best.score) this.#best = { index, structure, score };
    return { ...proposal, score };
  }

  event(proposal: Proposal): SearchEvent {
    return { proposal, ...this.#summary(), acceptanceRate: this.#counts.scored / this.#proposals };
  }

  outcome(stoppedBy: StopReason): SearchOutcome {
    const population = this.population.members.map(candidateOf);
    return { ...this.#summary(), population, stoppedBy };
  }

  #summary(): Omit<SearchOutcome, "population" | "stoppedBy"> {
    const counts = { ...this.#counts };
    return { best: this.#best, proposals: this.#proposals, evaluations: evaluationsOf(counts), counts };
  }
}

/**
 * Searches until a limit is reached or the signal aborts. Proposals beyond the one that reaches a limit are never drawn.
 * Rejects with whatever `record`, or the scorer apart from a candidate's own failures, rejects with; results before that
 * one are recorded.
 *
 * @example The structure with most layers among 200 proposals
 * ```ts
 * import { countLayers, evolve, parseStructure, publishedSpaces } from "@zennas/zennas";
 * const { best, proposals } = await evolve({
 *   space: publishedSpaces.XXBL,
 *   initial: parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)SuperConvK1BNRELU(16,32,1,1)"),
 *   budgets: [{ name: "layers", limit: 12, measure: countLayers }],
 *   population: 16, window: 4, seed: 1, maxProposals: 200,
 *   score: (structure) => Promise.resolve(countLayers(structure)),
 * });
 * if (proposals !== 200 || !best || best.score > 12) throw new Error(JSON.stringify(best));
 * ```
 */
export async function evolve(options: EvolutionOptions): Promise<SearchOutcome> {
  const standing = new Standing(options), race = options.race && new Race(options.race);
  if (race && options.ranking) throw new TypeError("Cannot race for scores that are ranks, as they change with others");
  const proposer = new Proposer(options, { population: standing.population, race });
  const inFlight: (Drawn | Promise<Drawn>)[] = [];
  const draw = () => {
    const drawn = proposer.next();
    if (drawn) inFlight.push(drawn);
  };
  for (let ahead = 0; ahead < options.window; ahead++) draw();
  // One result enters, one proposal is drawn: so proposal i always sees exactly the results up to i − window.
  for (let head = inFlight.shift(); head; head = inFlight.shift()) {
    const drawn = head instanceof Promise ? await head : head;
    const proposal = standing.enter(drawn);
    race?.learn(proposal);
    if (!drawn.replayed) {
      const recorded = options.record?.(proposal);
      if (recorded) await recorded;
      options.onEvent?.(standing.event(proposal));
    }
    draw();
  }
  return standing.outcome(proposer.stoppedBy);
}
