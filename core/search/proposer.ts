/** Draws proposals: first replays those of a journal, then makes new ones. */
import { type Block, parseStructure, printStructure, type Structure } from "../networks/masternet/mod.ts";
import { Random } from "../numeric/random.ts";
import { failsCandidate } from "../scoring/candidate_error.ts";
import { excessOf } from "./budgets.ts";
import { crossover } from "./crossover.ts";
import type { Candidate, EvolutionOptions, ScorerResult, StopReason } from "./evolution_options.ts";
import { mutate } from "./mutation.ts";
import { objectiveValues, type Valued } from "./objectives.ts";
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

/** A proposal that is to be scored. */
export interface Asked {
  readonly candidate: Candidate;
  readonly tree: Structure;
}

/** Whether a proposal is to be scored. */
export function isAsked(drawn: Drawn | Asked): drawn is Asked {
  return "candidate" in drawn;
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

/** What proposals are drawn by. */
export type ProposerOptions = Omit<EvolutionOptions, "score" | "record" | "onEvent" | "abandon">;

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
  readonly #options: ProposerOptions;
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

  constructor(options: ProposerOptions, { standing, race, patience }: Competition) {
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

  /** The next proposal, with a verdict or to be scored; undefined when the search ends. */
  next(): Drawn | Asked | undefined {
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

  #propose(): Drawn | Asked {
    const index = this.#proposals++;
    const tree = this.#mutant(index);
    const candidate = { index, structure: printStructure(tree) };
    const verdict = this.#judge(tree, candidate);
    if (verdict) return drawnOf({ candidate, tree }, verdict);
    return { candidate: { ...candidate, bar: this.#race?.bar(this.#standing.population) }, tree };
  }

  #mutant(index: number): Structure {
    const { space, seed } = this.#options, random = new Random(seed, index);
    const { members } = this.#standing.population, initial = this.#initial[index % this.#initial.length]!;
    if (members.length <= this.#seedingSize) return mutate(initial, random, { space, replacements: 1 });
    if (this.#crosses(random)) {
      const parents = [this.#pick(random), this.#pick(random)] as const;
      return mutate(crossover(parents, random, space), random, { space, replacements: 1 });
    }
    return mutate(this.#pick(random), random, { space, replacements: 2 });
  }

  #pick(random: Random): Structure {
    return this.#standing.population.pick(random).tree;
  }

  /** Whether the next proposal is a crossover; draws nothing where none ever is. */
  #crosses(random: Random): boolean {
    const { crossover: probability = 0 } = this.#options;
    return probability > 0 && random.word() < probability * 2 ** 32;
  }

  /** The verdict on a candidate; undefined if it is to be scored. */
  #judge(tree: Structure, candidate: Candidate): Verdict | undefined {
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
    return undefined;
  }

  #count({ index, structure }: Candidate): void {
    this.#evaluations++;
    this.#firstProposals.set(structure, index);
  }

  /** The verdict of the scorer on a proposal. */
  settle(asked: Asked, result: ScorerResult): Drawn {
    if (typeof result === "object" && "outraced" in result) {
      return drawnOf(asked, { verdict: "outraced", value: result.outraced, bar: asked.candidate.bar! });
    }
    const { score, ...rest } = typeof result === "number" ? { score: result } : result;
    if (!Number.isFinite(score)) {
      return drawnOf(asked, { verdict: "failed", reason: `the score is not finite: got ${score}` });
    }
    return this.#options.objectives ? this.#rated(asked, { score, ...rest }) : drawnOf(asked, {
      verdict: "scored",
      score,
      ...rest,
    });
  }

  /** The verdict on a proposal whose scorer threw; rethrows an error that does not fail its candidate alone. */
  fail(asked: Asked, error: unknown): Drawn {
    return drawnOf(asked, { verdict: "failed", reason: reasonOf(error) });
  }

  /** Adds the objectives that do not come with the score, so that the journal has all of them. */
  #rated(asked: Asked, { score, parts: given = {} }: Valued): Drawn {
    const { objectives = [] } = this.#options;
    try {
      const measured = objectives.flatMap(({ name, measure }) => measure ? [[name, measure(asked.tree)] as const] : []);
      const parts = { ...given, ...Object.fromEntries(measured) };
      const odd = Object.entries(objectiveValues(objectives, { score, parts })).find(([, value]) =>
        !Number.isFinite(value)
      );
      if (!odd) return drawnOf(asked, { verdict: "scored", score, parts });
      return drawnOf(asked, { verdict: "failed", reason: `the objective ${odd[0]} is not finite: got ${odd[1]}` });
    } catch (error) {
      return this.fail(asked, error);
    }
  }
}

/** A new proposal with its verdict. */
function drawnOf({ candidate: { index, structure }, tree }: Asked, verdict: Verdict): Drawn {
  return { proposal: { index, structure, ...verdict }, tree, replayed: false };
}
