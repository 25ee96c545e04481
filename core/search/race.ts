/**
 * Racing: a preliminary score from a part of a candidate's draws or images often shows that the whole score would not
 * reach the population; the whole one is then not computed. How far the two differ is learnt from earlier candidates.
 */
import { predictionBound } from "../numeric/statistics.ts";
import type { Standings } from "./population.ts";
import type { Proposal } from "./proposal.ts";

/** How a search races. */
export interface RaceSettings {
  /** The share of a score's images, or of its repeats where that is at least one of them, that a preliminary one takes. */
  readonly share: number;
  /** The confidence with which a dropped candidate would not have reached the population, such as 0.99. */
  readonly confidence: number;
}

/** The part of a score under which its preliminary score is kept. */
export const PRELIMINARY = "preliminary";

/** How many differences between whole and preliminary scores are kept: those of the latest candidates. */
const WINDOW = 64;
/** With fewer differences than these no candidate is dropped. */
const FEWEST = 8;

/**
 * How far whole scores exceed preliminary ones, learnt from the results that entered, in the order of proposals.
 *
 * With the given confidence a whole score exceeds its preliminary one by less than mean(d) + t·std(d)·√(1 + 1/n), where d
 * are the latest n differences and t is Student's quantile for n − 1 degrees of freedom. A candidate is dropped if its
 * preliminary score plus this bound is below the population's lowest score.
 *
 * @example
 * ```ts
 * import { Member, Population, Race } from "@zennas/zennas";
 * const race = new Race({ share: 0.25, confidence: 0.99 }), population = new Population(1);
 * const start = { index: 0, structure: "" };
 * for (let score = 0; score < 20; score++) {
 *   population.enter(new Member({ ...start, score }));
 *   race.learn({ ...start, verdict: "scored", score, parts: { preliminary: score - 0.1 * (score % 2) } });
 * }
 * const bar = race.bar(population)!;
 * if (!(bar > 18 && bar < 19)) throw new Error(`${bar}`);
 * ```
 */
export class Race {
  readonly #confidence: number;
  readonly #differences: number[] = [];

  /** A race without results. Throws RangeError for a share outside 0 … 1 or a confidence outside 0.5 … 1. */
  constructor({ share, confidence }: RaceSettings) {
    if (!(share > 0 && share < 1)) throw new RangeError(`Cannot race with a share outside 0 … 1: got ${share}`);
    if (!(confidence > 0.5 && confidence < 1)) {
      throw new RangeError(`Cannot race with a confidence outside 0.5 … 1: got ${confidence}`);
    }
    this.#confidence = confidence;
  }

  /** Keeps the difference of a result that has both scores. */
  learn(proposal: Proposal): void {
    const preliminary = proposal.verdict === "scored" ? proposal.parts?.[PRELIMINARY] : undefined;
    if (proposal.verdict !== "scored" || preliminary === undefined || !Number.isFinite(preliminary)) return;
    this.#differences.push(proposal.score - preliminary);
    if (this.#differences.length > WINDOW) this.#differences.shift();
  }

  /**
   * The least preliminary score with which the next candidate may still reach the population. −Infinity while the
   * population is not full or too few differences are known; undefined, so that no preliminary score is taken, while the
   * population lacks more members than differences are kept.
   */
  bar({ members, size }: Standings): number | undefined {
    if (members.length < size - WINDOW) return undefined;
    if (members.length < size || this.#differences.length < FEWEST) return -Infinity;
    return members.at(-1)!.score - predictionBound(this.#differences, this.#confidence);
  }
}
