/** A search without what scores: proposals come out, results go in. */
import type { ScorerResult } from "./evolution_options.ts";
import { Patience } from "./patience.ts";
import type { Proposal } from "./proposal.ts";
import { type Asked, type Drawn, Proposer, type ProposerOptions } from "./proposer.ts";
import { Race } from "./race.ts";
import { Standing } from "./standing.ts";

/**
 * Draws proposals and takes their results in, in the order of proposals. Whoever drives it draws `window` proposals first, then
 * one more for each result that entered: so proposal i always sees exactly the results up to i − window.
 */
export class Engine {
  /** What the search holds. */
  readonly standing: Standing;
  readonly #race: Race | undefined;
  readonly #patience: Patience;
  readonly #proposer: Proposer;

  /** Throws RangeError for sizes out of bounds, TypeError for a race or objectives beside ranks. */
  constructor(options: ProposerOptions) {
    this.standing = new Standing(options);
    this.#race = options.race && new Race(options.race);
    if (this.#race && (options.ranking || options.objectives)) {
      const why = options.ranking
        ? "scores are ranks, which change when a member enters"
        : "there are several objectives";
      throw new TypeError(`Cannot race as ${why}`);
    }
    this.#patience = new Patience(options.patience);
    this.#proposer = new Proposer(options, { standing: this.standing, race: this.#race, patience: this.#patience });
  }

  /** The next proposal, with a verdict or to be scored; undefined when the search ends. */
  draw(): Drawn | Asked | undefined {
    return this.#proposer.next();
  }

  /** The verdict of the scorer on a proposal. */
  settle(asked: Asked, result: ScorerResult): Drawn {
    return this.#proposer.settle(asked, result);
  }

  /** The verdict on a proposal whose scorer threw; rethrows an error that does not fail its candidate alone. */
  fail(asked: Asked, error: unknown): Drawn {
    return this.#proposer.fail(asked, error);
  }

  /** Takes a result in; returns the proposal with the score that it has in the population. */
  enter(drawn: Drawn): Proposal {
    const proposal = this.standing.enter(drawn);
    this.#race?.learn(proposal);
    this.#patience.learn(proposal, this.standing.improved);
    return proposal;
  }

  /** Why there are no more proposals. */
  get stoppedBy(): Proposer["stoppedBy"] {
    return this.#proposer.stoppedBy;
  }
}
