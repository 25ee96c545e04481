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
  /** Why the search ended. */
  readonly stoppedBy: StopReason;
}

const candidateOf = ({ index, structure, score }: Member): ScoredCandidate => ({ index, structure, score });

/** What is reported is in this order; the population breeds from its own, in which the newest of equal scores is first. */
const bestFirst = (a: ScoredCandidate, b: ScoredCandidate): number => b.score - a.score || a.index - b.index;
const better = (a: Member, b: Member): Member => bestFirst(a, b) <= 0 ? a : b;

/** The state of a search that results change: population, counts and the best candidate. */
class Standing implements SearchStanding {
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

  event(proposal: Proposal): SearchEvent {
    return { proposal, ...this.#summary(), acceptanceRate: this.#counts.scored / this.#proposals };
  }

  outcome(stoppedBy: StopReason): SearchOutcome {
    return { ...this.#summary(), population: this.members, stoppedBy };
  }

  #summary(): Omit<SearchOutcome, "population" | "stoppedBy"> {
    const counts = { ...this.#counts };
    return { best: this.#best, proposals: this.#proposals, evaluations: evaluationsOf(counts), counts };
  }
}

/**
 * Searches until a limit is reached or the signal aborts. Proposals beyond the one that reaches a limit are never drawn.
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
  const proposer = new Proposer(options, { population: standing.population, race, patience });
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
