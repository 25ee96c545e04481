/** Draws proposals: first replays those of a journal, then makes new ones. */
import { type Block, parseStructure, printStructure, type Structure } from "../networks/masternet/mod.ts";
import { Random } from "../numeric/random.ts";
import { failsCandidate } from "../scoring/candidate_error.ts";
import { excessOf } from "./budgets.ts";
import type { Candidate, EvolutionOptions, StopReason } from "./evolution_options.ts";
import { mutate } from "./mutation.ts";
import type { Patience } from "./patience.ts";
import type { Standings } from "./population.ts";
import { isEvaluation, type Proposal, type Verdict } from "./proposal.ts";
import type { Race } from "./race.ts";
import { SCREEN_WINDOW, Screening } from "./screen.ts";
import { replacementsOf } from "./space.ts";

/** A proposal that has its verdict. */
export interface Drawn {
  readonly proposal: Proposal;
  /** Its syntax tree, unless it comes from a journal. */
  readonly tree?: Structure;
  /** Whether it comes from a journal. */
  readonly replayed: boolean;
}

/** Where results enter, and what decides from them which candidates are worth a whole score, and when to stop. */
export interface Competition {
  readonly standing: {
    readonly population: Standings;
    /** How many candidates have failed if none has met another verdict of the scorer; 0 otherwise. */
    readonly failedFromTheStart: number;
  };
  readonly race: Race | undefined;
  readonly patience: Patience;
}

/** A search ends where so many candidates, or `window` if that is more, have failed and none has not. */
const FIRST_FAILURES = 16;

/** While the population has at most so many members, an initial structure is mutated rather than a member. */
const SEEDING_SIZE = 10;

/** A label has no meaning, so it must not tell two structures apart. */
function withoutLabels(structure: Structure): Structure {
  const strip = ({ name, args, branches }: Block): Block => ({
    name,
    args,
    branches: branches.map((branch) => branch.map(strip)),
  });
  return { blocks: structure.blocks.map(strip) };
}

/** The message of an error that fails its candidate alone; rethrows any other error. */
function reasonOf(error: unknown): string {
  if (failsCandidate(error)) return error.message;
  throw error;
}

/**
 * Draws one proposal after the other from a population that changes in between. Every verdict but the score is reached
 * when a proposal is drawn, so duplicates, budgets, screens and limits are decided in the order of proposals.
 */
export class Proposer {
  readonly #options: EvolutionOptions;
  readonly #standing: Competition["standing"];
  readonly #race: Race | undefined;
  readonly #patience: Patience;
  readonly #initial: readonly Structure[];
  readonly #seedingSize: number;
  readonly #journal: Iterator<Proposal> | undefined;
  readonly #firstProposals = new Map<string, number>();
  readonly #screening: Screening;
  /** The latest proposals of the journal that the screens were given; they are given them again when the journal ends. */
  readonly #unscreened: Proposal[] = [];
  /** How many of them the screens remember for certain; one that failed may have failed before it was screened. */
  #surelyScreened = 0;
  #replaying: boolean;
  #proposals = 0;
  #evaluations = 0;
  #stoppedBy: StopReason | undefined;

  constructor(options: EvolutionOptions, { standing, race, patience }: Competition) {
    if (!Number.isInteger(options.window) || options.window < 1) {
      throw new RangeError(`Cannot search as the window is a positive integer: got ${options.window}`);
    }
    this.#options = options;
    this.#standing = standing;
    this.#race = race;
    this.#patience = patience;
    this.#initial = options.initial.map(withoutLabels);
    if (this.#initial.length === 0) throw new RangeError("Cannot search without an initial structure");
    for (const { blocks } of this.#initial) blocks.forEach((_, index) => replacementsOf(options.space, blocks, index));
    // Each initial structure is mutated at least once. A population that cannot grow beyond the size would otherwise never
    // be mutated.
    this.#seedingSize = Math.min(Math.max(SEEDING_SIZE, this.#initial.length), standing.population.size - 1);
    this.#journal = options.journal?.[Symbol.iterator]();
    this.#replaying = this.#journal !== undefined;
    this.#screening = new Screening(options.screens ?? []);
  }

  /** Why there are no more proposals. */
  get stoppedBy(): StopReason {
    return this.#stoppedBy ?? "aborted";
  }

  /** The next proposal, or undefined when the search ends. A promise while its score is being computed. */
  next(): Drawn | Promise<Drawn> | undefined {
    if (this.#replaying) {
      const { value, done } = this.#journal!.next();
      if (!done) return this.#replay(value);
      this.#replaying = false;
      this.#screenReplayed();
    }
    this.#stoppedBy ??= this.#reasonToStop();
    return this.#stoppedBy ? undefined : this.#propose();
  }

  #reasonToStop(): StopReason | undefined {
    const { signal, window, maxProposals, maxEvaluations = Infinity, timeIsUp } = this.#options;
    if (this.#proposals >= maxProposals) return "proposals";
    if (this.#evaluations >= maxEvaluations) return "evaluations";
    if (this.#standing.failedFromTheStart >= Math.max(FIRST_FAILURES, window)) return "failures";
    if (this.#patience.exhausted) return "patience";
    if (timeIsUp?.()) return "time";
    return signal?.aborted ? "aborted" : undefined;
  }

  #replay(proposal: Proposal): Drawn {
    if (proposal.index !== this.#proposals) {
      throw new RangeError(`Cannot replay a journal as proposal ${this.#proposals} is missing: got ${proposal.index}`);
    }
    this.#proposals++;
    this.#keepForScreens(proposal);
    if (isEvaluation(proposal)) {
      this.#evaluations++;
      this.#firstProposals.set(proposal.structure, proposal.index);
    }
    return { proposal, replayed: true };
  }

  #keepForScreens(proposal: Proposal): void {
    const { screens = [] } = this.#options;
    if (screens.length === 0 || proposal.verdict === "over-budget" || proposal.verdict === "duplicate") return;
    this.#unscreened.push(proposal);
    if (proposal.verdict !== "failed") this.#surelyScreened++;
    // A later screen is given only what passed the earlier ones, so where there are several, all proposals are kept.
    while (screens.length === 1 && this.#surelyScreened > SCREEN_WINDOW) {
      if (this.#unscreened.shift()!.verdict !== "failed") this.#surelyScreened--;
    }
  }

  /** Gives the screens the candidates that they had before the search was interrupted. */
  #screenReplayed(): void {
    for (const { structure } of this.#unscreened.splice(0)) {
      try {
        const tree = parseStructure(structure);
        excessOf(tree, this.#options.budgets);
        this.#screening.dropped(tree);
      } catch (error) {
        reasonOf(error);
      }
    }
  }

  #propose(): Drawn | Promise<Drawn> {
    const index = this.#proposals++;
    const tree = this.#mutant(index);
    const structure = printStructure(tree);
    const verdict = this.#judge(tree, { index, structure });
    const drawn = (settled: Verdict): Drawn => ({ proposal: { index, structure, ...settled }, tree, replayed: false });
    if (!(verdict instanceof Promise)) return drawn(verdict);
    const scored = verdict.then(drawn);
    // The search awaits scores in order: a rejection before its turn must not count as unhandled.
    scored.catch(() => undefined);
    return scored;
  }

  #mutant(index: number): Structure {
    const { space, seed } = this.#options, random = new Random(seed, index);
    const { members } = this.#standing.population, initial = this.#initial[index % this.#initial.length]!;
    if (members.length <= this.#seedingSize) return mutate(initial, random, { space, replacements: 1 });
    return mutate(random.pick(members).tree, random, { space, replacements: 2 });
  }

  #judge(tree: Structure, candidate: Candidate): Verdict | Promise<Verdict> {
    // Only structures within the budgets are remembered, so a duplicate need not be measured again.
    const first = this.#firstProposals.get(candidate.structure);
    if (first !== undefined) return { verdict: "duplicate", of: first };
    try {
      const excess = excessOf(tree, this.#options.budgets);
      if (excess) return { verdict: "over-budget", ...excess };
      const dropped = this.#screening.dropped(tree);
      if (dropped) return { verdict: "screened-out", ...dropped };
    } catch (error) {
      this.#count(candidate);
      return { verdict: "failed", reason: reasonOf(error) };
    }
    this.#count(candidate);
    return this.#score(tree, candidate);
  }

  #count({ index, structure }: Candidate): void {
    this.#evaluations++;
    this.#firstProposals.set(structure, index);
  }

  async #score(tree: Structure, candidate: Candidate): Promise<Verdict> {
    const bar = this.#race?.bar(this.#standing.population);
    try {
      const result = await this.#options.score(tree, { ...candidate, bar });
      if (typeof result === "object" && "outraced" in result) {
        return { verdict: "outraced", value: result.outraced, bar: bar! };
      }
      const { score, ...rest } = typeof result === "number" ? { score: result } : result;
      return Number.isFinite(score)
        ? { verdict: "scored", score, ...rest }
        : { verdict: "failed", reason: `the score is not finite: got ${score}` };
    } catch (error) {
      return { verdict: "failed", reason: reasonOf(error) };
    }
  }
}
