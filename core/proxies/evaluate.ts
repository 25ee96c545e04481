/** Scores with repeats: how large a score is and how much of it is luck. */
import type { Backend } from "../backend.ts";
import type { Structure } from "../masternet/mod.ts";
import { summarize, type Summary } from "../statistics.ts";
import type { Proxy, ScoringSettings } from "./proxy.ts";

/** What to score by, and where. */
export interface Evaluation {
  /** The formula. */
  readonly proxy: Proxy;
  /** Everything else that scores depend on. */
  readonly settings: Omit<ScoringSettings, "draw">;
  /** Independent draws under the seed. */
  readonly repeats: number;
  /** Needed by proxies that evaluate the network. */
  readonly backend?: Backend;
}

/**
 * A structure's score over independent draws of weights and inputs. Draw r of a seed is the same whatever `repeats` is,
 * and the first is the score that a search with this seed uses.
 */
export async function evaluateRepeatedly(structure: Structure, evaluation: Evaluation): Promise<Summary> {
  const { proxy, settings, repeats, backend } = evaluation;
  const draws = Array.from({ length: repeats }, (_, draw) => proxy.score(structure, { ...settings, draw }, backend));
  return summarize(await Promise.all(draws));
}
