/** Who is trained after a search, to see whether its scores told the truth, and what their accuracies say of it. */
import { parseStructure, printStructure, type Structure } from "../networks/masternet/mod.ts";
import { Random } from "../numeric/random.ts";
import { kendall } from "../numeric/rank_correlation.ts";
import { summarize, type Summary } from "../numeric/statistics.ts";
import { type Budget, budgetsOf, excessOf, measuresOf } from "./budgets.ts";
import type { SearchConfig } from "./config.ts";
import { initialStructures } from "./initial_structures.ts";
import { mutate } from "./mutation.ts";
import type { ScoredCandidate } from "./proposal.ts";
import type { Space } from "./space.ts";

/** Why a candidate is trained: its score, chance, or its cost alone. */
export const finalistOrigins = ["search", "random", "parameters", "flops"] as const;
/** One of {@link finalistOrigins}. */
export type FinalistOrigin = typeof finalistOrigins[number];

/** A candidate that is to be trained. */
export interface Finalist {
  /** Its canonical string. */
  readonly structure: string;
  /** Who chose it: one, or several. */
  readonly origins: readonly FinalistOrigin[];
  /** The search's score of it; null where it has none yet. */
  readonly score: number | null;
}

/** How many candidates of each origin. */
export interface FinalistCounts {
  /** The search's best. */
  readonly top: number;
  /** Drawn at random. */
  readonly random: number;
  /** Those with the most parameters, and as many with the most FLOPs. */
  readonly largest: number;
  /** Of random candidates. */
  readonly seed: number;
}

/** What finalists are chosen from. */
export interface FinalistField {
  /** The search's configuration. */
  readonly config: SearchConfig;
  /** Its space. */
  readonly space: Space;
  /** Its best candidates, best first, at least as many as are wanted. */
  readonly best: readonly ScoredCandidate[];
  /** All that have a score. */
  readonly scored: readonly ScoredCandidate[];
}

/** Mutations from the start to a random candidate: enough that little of the start is left. */
const WALK = 48;
/** Walks for each random candidate that is wanted, before there are too few within the budgets. */
const WALKS = 20;
/** Walks have decision numbers behind those of any search. */
const FIRST_DECISION = 2 ** 31;

/** A walk of mutations; steps out of the budgets, and those that make no network, are not taken. */
function randomWalk(
  { config, space }: FinalistField,
  { random, budgets }: { readonly random: Random; readonly budgets: readonly Budget[] },
): Structure {
  const starts = initialStructures(config);
  let at = starts[random.below(starts.length)]!;
  for (let step = 0; step < WALK; step++) {
    const next = mutate(at, random, { space, replacements: 1 });
    if (!excessOf(next, budgets)) at = next;
  }
  return at;
}

/** Random candidates, none of them twice, nor one of the starts. Throws RangeError where the budgets leave too few. */
function randomCandidates(field: FinalistField, { random: count, seed }: FinalistCounts): string[] {
  const budgets = budgetsOf(field.config), found = new Set<string>();
  const starts = new Set(initialStructures(field.config).map((start) => printStructure(start)));
  for (let walk = 0; found.size < count; walk++) {
    if (walk === count * WALKS) {
      throw new RangeError(`Cannot draw ${count} random candidates as so many must differ: got ${found.size}`);
    }
    const random = new Random(seed, FIRST_DECISION + walk);
    const text = printStructure(randomWalk(field, { random, budgets }));
    if (!starts.has(text)) found.add(text);
  }
  return [...found];
}

/** The candidates of the largest amount, the earlier of equal ones first. */
function largest(scored: readonly ScoredCandidate[], measure: Budget["measure"], count: number): string[] {
  return scored
    .map(({ structure, index }) => ({ structure, index, amount: measure(parseStructure(structure)) }))
    .sort((a, b) => b.amount - a.amount || a.index - b.index)
    .slice(0, count)
    .map(({ structure }) => structure);
}

/**
 * Chooses who is trained: the search's best, random candidates within the same budgets, and those that parameters or FLOPs
 * alone would pick of all that have a score. Random ones are drawn by walks of mutations from the search's start. One that is
 * chosen twice is one finalist. Throws RangeError where the budgets leave too few random candidates.
 */
export function chooseFinalists(field: FinalistField, counts: FinalistCounts): readonly Finalist[] {
  const { params, flops } = measuresOf(field.config), { best, scored } = field;
  const chosen: readonly (readonly [FinalistOrigin, readonly string[]])[] = [
    ["search", best.slice(0, counts.top).map(({ structure }) => structure)],
    ["random", randomCandidates(field, counts)],
    ["parameters", largest(scored, params, counts.largest)],
    ["flops", largest(scored, flops, counts.largest)],
  ];
  const scores = new Map([...scored, ...best].map(({ structure, score }) => [structure, score]));
  const origins = new Map<string, FinalistOrigin[]>();
  for (const [origin, structures] of chosen) {
    for (const text of structures) origins.set(text, [...origins.get(text) ?? [], origin]);
  }
  return [...origins].map(([structure, own]) => ({ structure, origins: own, score: scores.get(structure) ?? null }));
}

/** A finalist and what became of it. */
export interface TrainedFinalist extends Finalist {
  /** Top-1 of each seed so far, 0 … 1. */
  readonly accuracies: readonly number[];
}

/** What trained finalists say of a search. */
export interface FinalistVerdict {
  /** Over seeds, by finalist; null before the first seed is done. */
  readonly accuracies: readonly (Summary | null)[];
  /** The mean of the finalists' mean accuracies, by origin; null where none is trained. */
  readonly byOrigin: Readonly<Record<FinalistOrigin, number | null>>;
  /** Kendall's τ of scores and mean accuracies; null where fewer than two have both, or all are equal. */
  readonly kendall: number | null;
}

/** Summarises accuracies over seeds, by origin, and how well scores rank them. */
export function judgeFinalists(finalists: readonly TrainedFinalist[]): FinalistVerdict {
  const accuracies = finalists.map(({ accuracies: own }) => own.length > 0 ? summarize(own) : null);
  const means = finalists.map((finalist, at) => ({ ...finalist, mean: accuracies[at]?.mean }));
  const done = means.flatMap(({ mean, ...one }) => mean === undefined ? [] : [{ ...one, mean }]);
  const ranked = done.flatMap(({ score, mean }) => score === null ? [] : [{ score, mean }]);
  const tau = kendall(ranked.map(({ score }) => score), ranked.map(({ mean }) => mean));
  const meanOf = (origin: FinalistOrigin): number | null => {
    const own = done.filter(({ origins }) => origins.includes(origin)).map(({ mean }) => mean);
    return own.length > 0 ? summarize(own).mean : null;
  };
  return {
    accuracies,
    byOrigin: Object.fromEntries(
      finalistOrigins.map((origin) => [origin, meanOf(origin)]),
    ) as FinalistVerdict["byOrigin"],
    kendall: Number.isFinite(tau) ? tau : null,
  };
}
