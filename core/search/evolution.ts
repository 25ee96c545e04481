/**
 * The evolution of Zen-NAS (Lin et al., ICCV 2021), made deterministic under concurrency. Results enter the population in
 * the order of their proposals, and proposal i is drawn from Philox(seed, i) and from the population after the results of
 * the proposals up to i − window. So the search does not depend on how long the scorer takes, and a search that was
 * interrupted continues from its journal as if it had not been.
 */
import type { EvolutionOptions, SearchEvent, SearchStanding, StopReason } from "./evolution_options.ts";
import { Patience } from "./patience.ts";
import { Member, Population, RankedPopulation, type Standings } from "./population.ts";
import { evaluationsOf, noVerdicts, type Proposal, type ScoredCandidate, type VerdictCounts } from "./proposal.ts";
import { type Drawn, Proposer } from "./proposer.ts";
import { Race } from "./race.ts";

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

/** The state of a search that results change: population, counts and the best candidate. */
class Standing implements SearchStanding {
  readonly #failures = new Failures();
  readonly population: Standings;
  readonly #ranked: boolean;
  readonly #counts: Record<Proposal["verdict"], number> = noVerdicts();
  #best: ScoredCandidate | undefined;
  #proposals = 0;

  constructor({ population, ranking }: EvolutionOptions) {
    this.#ranked = ranking !== undefined;
    this.population = ranking ? new RankedPopulation(population, ranking) : new Population(population);
  }

  /** Enters a proposal's result; returns the proposal with the score that it has in the population. */
  enter({ proposal, tree }: Drawn): Proposal {
    this.#proposals++;
    this.#counts[proposal.verdict]++;
    if (proposal.verdict === "failed") this.#failures.add(proposal.reason);
    if (proposal.verdict !== "scored") return proposal;
    const score = this.population.enter(new Member(proposal, tree)), { index, structure } = proposal;
    if (this.#ranked) this.#best = candidateOf(this.population.members.reduce(better));
    else if (this.#best === undefined || score > this.#best.score) this.#best = { index, structure, score };
    return { ...proposal, score };
  }

  get best(): ScoredCandidate | undefined {
    return this.#best;
  }

  get members(): readonly ScoredCandidate[] {
    return this.population.members.map(candidateOf).sort(bestFirst);
  }

  /** How many candidates have failed if none has anything else; 0 otherwise. */
  get failedFromTheStart(): number {
    const { failed } = this.#counts;
    return evaluationsOf(this.#counts) === failed ? failed : 0;
  }

  event(proposal: Proposal): SearchEvent {
    return { proposal, ...this.#summary(), acceptanceRate: this.#counts.scored / this.#proposals };
  }

  outcome(stoppedBy: StopReason): SearchOutcome {
    return { ...this.#summary(), population: this.members, failure: this.#failures.most, stoppedBy };
  }

  #summary(): Omit<SearchOutcome, "population" | "failure" | "stoppedBy"> {
    const counts = { ...this.#counts };
    return { best: this.#best, proposals: this.#proposals, evaluations: evaluationsOf(counts), counts };
  }
}

/** What a promise resolves to; undefined once the signal is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => resolve(undefined);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/**
 * Searches until a limit is reached or the signal aborts. Proposals beyond the one that reaches a limit are never drawn.
 * Where every candidate fails from the start, the search ends after 16 of them, or `window` if that is more.
 *
 * Rejects with an error of `record`, and with an error of the scorer that does not fail its candidate alone; results before
 * that one are recorded.
 *
 * @example The structure with most layers among 200 proposals
 * ```ts
 * import { countLayers, evolve, parseStructure, publishedSpaces } from "@zennas/zennas";
 * const { best, proposals } = await evolve({
 *   space: publishedSpaces.XXBL,
 *   initial: [parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)SuperConvK1BNRELU(16,32,1,1)")],
 *   budgets: [{ name: "layers", limit: 12, measure: countLayers }],
 *   population: 16, window: 4, seed: 1, maxProposals: 200,
 *   score: (structure) => Promise.resolve(countLayers(structure)),
 * });
 * if (proposals !== 200 || !best || best.score > 12) throw new Error(JSON.stringify(best));
 * ```
 */
export async function evolve(options: EvolutionOptions): Promise<SearchOutcome> {
  const standing = new Standing(options), race = options.race && new Race(options.race);
  if (race && options.ranking) {
    throw new TypeError("Cannot race as scores are ranks, which change when a member enters");
  }
  const patience = new Patience(options.patience);
  const proposer = new Proposer(options, { standing, race, patience });
  const inFlight: (Drawn | Promise<Drawn>)[] = [];
  const draw = () => {
    const drawn = proposer.next();
    if (drawn) inFlight.push(drawn);
  };
  for (let ahead = 0; ahead < options.window; ahead++) draw();
  // One result enters, one proposal is drawn: so proposal i always sees exactly the results up to i − window.
  for (let head = inFlight.shift(); head; head = inFlight.shift()) {
    const drawn = head instanceof Promise ? await unlessAborted(head, options.abandon) : head;
    if (!drawn) return standing.outcome("aborted");
    const proposal = standing.enter(drawn);
    race?.learn(proposal);
    patience.learn(proposal, standing.best);
    if (!drawn.replayed) {
      const recorded = options.record?.(proposal, standing);
      if (recorded) await recorded;
      options.onEvent?.(standing.event(proposal));
    }
    draw();
  }
  return standing.outcome(proposer.stoppedBy);
}
