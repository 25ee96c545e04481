/** Scores from the ranks of parts in a population. */
import { ranks } from "../numeric/rank_correlation.ts";
import type { RankCombination } from "./proxy.ts";

/** The parts of a score by name. */
export type Parts = Readonly<Record<string, number>>;

/**
 * The score of each member of a population, from the ranks of its parts there.
 *
 * @example
 * ```ts
 * import { rankedScores } from "@zennas/zennas";
 * const ranking = { parts: ["a", "b"], combine: ([a, b]: readonly number[]) => a! + b! };
 * if (rankedScores([{ a: 1, b: 9 }, { a: 2, b: 10 }], ranking).join() !== "2,4") throw new Error();
 * ```
 */
export function rankedScores(population: readonly Parts[], { parts, combine }: RankCombination): number[] {
  const columns = parts.map((part) => ranks(population.map((member) => member[part] ?? NaN)));
  return population.map((_, member) => combine(columns.map((column) => column[member]!), population.length));
}

/** Ranks combined as Σ weight·ln(rank/m) over parts, m the size of the population: a network must be good in every part. */
export function logRanking(weights: Readonly<Record<string, number>>): RankCombination {
  const factors = Object.values(weights);
  return {
    parts: Object.keys(weights),
    combine: (ranks, size) => ranks.reduce((sum, rank, part) => sum + factors[part]! * Math.log(rank / size), 0),
  };
}
