/** Scores over repeats: their mean, and how much they vary with the draw. */
import type { Backend } from "../graph/backend.ts";
import { summarize, type Summary } from "../numeric/statistics.ts";
import type { NetworkDesign } from "./design.ts";
import { scoreDraw } from "./draw_score.ts";
import type { Proxy, Score, ScoringSettings } from "./proxy.ts";

/** What to score by, and where. */
export interface Evaluation {
  /** The formula. */
  readonly proxy: Proxy;
  /** What errors call the proxy, such as the path of its module. Default: its name. */
  readonly label?: string | undefined;
  /** Everything but the network that scores depend on. */
  readonly settings: Omit<ScoringSettings, "draw">;
  /** Independent draws under the seed. */
  readonly repeats: number;
  /** Needed by proxies that evaluate the network. */
  readonly backend?: Backend;
}

/** A score over repeats. */
export interface RepeatedScore extends Summary {
  /** The mean of each part that the proxy names. */
  readonly parts: Readonly<Record<string, number>>;
}

/**
 * A network's score over independent draws of weights and inputs. Draw r of a seed is the same whatever `repeats` is, and
 * the first is the score that a search with this seed uses. Rejects as {@link scoreDraw} does.
 */
export async function evaluateRepeatedly(design: NetworkDesign, evaluation: Evaluation): Promise<RepeatedScore> {
  const scores = await scoreDraws(design, evaluation, { from: 0, to: evaluation.repeats });
  return { ...summarize(scores.map(({ value }) => value)), parts: meanParts(scores) };
}

/** A network's scores under the draws `from` … `to` − 1 of a seed. Rejects as {@link scoreDraw} does. */
export function scoreDraws(
  design: NetworkDesign,
  { settings, ...by }: Omit<Evaluation, "repeats">,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly Score[]> {
  const draws = Array.from({ length: to - from }, (_, index) => from + index);
  return Promise.all(draws.map((draw) => scoreDraw(design, { ...by, settings: { ...settings, draw } })));
}

function meanParts(scores: readonly Score[]): Readonly<Record<string, number>> {
  const names = Object.keys(scores[0]?.parts ?? {});
  const mean = (name: string) => scores.reduce((sum, { parts }) => sum + parts![name]!, 0) / scores.length;
  return Object.fromEntries(names.map((name) => [name, mean(name)]));
}
