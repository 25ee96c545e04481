/** How long a search goes on without another best candidate. */
import { isEvaluation, type Proposal, type ScoredCandidate } from "./proposal.ts";

/**
 * Counts the candidates that went to the scorer since the best one changed, in the order of proposals. As proposal i is
 * drawn when the results up to i − window have entered, the same proposal is the last one however often a search was
 * interrupted.
 *
 * @example
 * ```ts
 * import { Patience } from "@zennas/zennas";
 * const patience = new Patience(2);
 * for (const [index, score] of [1, 5, 3, 4].entries()) {
 *   patience.learn({ index, structure: "", verdict: "scored", score }, { index: Math.min(index, 1), structure: "", score });
 *   if (patience.exhausted !== (index === 3)) throw new Error(`${index}`);
 * }
 * ```
 */
export class Patience {
  readonly #limit: number;
  #best: number | undefined;
  #since = 0;

  /** Ends a search after `limit` candidates. Default: never. Throws RangeError unless it is positive. */
  constructor(limit = Infinity) {
    if (!(limit > 0)) throw new RangeError(`Cannot have patience for less than one candidate: got ${limit}`);
    this.#limit = limit;
  }

  /** Whether so many candidates brought no better one. */
  get exhausted(): boolean {
    return this.#since >= this.#limit;
  }

  /** Takes note of a result that has entered, and of the best candidate after it. */
  learn(proposal: Proposal, best: ScoredCandidate | undefined): void {
    if (best?.index !== this.#best) this.#since = 0;
    else if (isEvaluation(proposal)) this.#since++;
    this.#best = best?.index;
  }
}
