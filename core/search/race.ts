/**
 * Racing: a candidate's preliminary score, from a part of its draws or images, is often enough to know that the whole one
 * would not reach the population. How far the two lie apart is learnt from the candidates before it.
 */
import { predictionBound } from "../numeric/statistics.ts";
import type { Standings } from "./population.ts";
import type { Proposal } from "./proposal.ts";

/** How a search races. */
export interface RaceSettings {
  /** The share of a score's images, or of its repeats where that is at least one of them, that a preliminary one takes. */
  readonly share: number;
  /** How sure it must be that a candidate would not reach the population, such as 0.99. */
  readonly confidence: number;
}

/** The name of the part of a score that holds its preliminary one. */
export const PRELIMINARY = "preliminary";

/** Of how many latest candidates the differences between preliminary and whole score are kept. */
const WINDOW = 64;
/** With fewer differences than these nobody is sent off. */
const FEWEST = 8;

/**
 * What a search has learnt about preliminary scores. It depends on the results that entered, in proposal order, alone.
 *
 * A whole score lies below mean(d) + t·std(d)·√(1 + 1/n) above its preliminary one with the given confidence: d the latest
 * differences, t Student's quantile for n − 1 degrees of freedom. The candidate is sent off if even that is below the
 * population's lowest score.
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

  /** A race in which nothing is known yet. Throws RangeError for settings that are none. */
  constructor({ share, confidence }: RaceSettings) {
    if (!(share > 0 && share < 1)) throw new RangeError(`Cannot race with a share outside 0 … 1: got ${share}`);
    if (!(confidence > 0.5 && confidence < 1)) {
      throw new RangeError(`Cannot race with a confidence outside 0.5 … 1: got ${confidence}`);
    }
    this.#confidence = confidence;
  }

  /** Takes note of a result. */
  learn(proposal: Proposal): void {
    const preliminary = proposal.verdict === "scored" ? proposal.parts?.[PRELIMINARY] : undefined;
    if (proposal.verdict !== "scored" || preliminary === undefined || !Number.isFinite(preliminary)) return;
    this.#differences.push(proposal.score - preliminary);
    if (this.#differences.length > WINDOW) this.#differences.shift();
  }

  /**
   * The least preliminary score with which the next candidate may still reach the population: −Infinity while it is not
   * full or too little is known, undefined while it is so far from full that nothing need be learnt.
   */
  bar({ members, size }: Standings): number | undefined {
    if (members.length < size - WINDOW) return undefined;
    if (members.length < size || this.#differences.length < FEWEST) return -Infinity;
    return members.at(-1)!.score - predictionBound(this.#differences, this.#confidence);
  }
}
