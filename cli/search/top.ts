/** The best candidates of a search, as they are printed. */
import { knownCostCounter } from "../../core/io/mod.ts";
import type { ScoredCandidate, SearchConfig } from "../../core/search/mod.ts";
import { grouped, printTable } from "../terminal.ts";

/** What scripts learn of the best candidates: costs are null where blocks from a module are not loaded. */
export function topFacts(candidates: readonly ScoredCandidate[], config: SearchConfig): readonly object[] {
  const count = knownCostCounter(config);
  return candidates.map(({ index, structure, score }, place) => {
    const { parameters = null, macs = null, layers = null } = count(structure) ?? {};
    return { rank: place + 1, index, score, parameters, macs, layers, structure };
  });
}

/** Prints a line for each of the best candidates. */
export function printTop(candidates: readonly ScoredCandidate[], config: SearchConfig): void {
  const count = knownCostCounter(config);
  const rows = candidates.map(({ index, structure, score }, place) => {
    const costs = count(structure);
    const counts = costs ? [grouped(costs.parameters), grouped(costs.macs), `${costs.layers}`] : ["–", "–", "–"];
    return [place + 1, score.toPrecision(7), ...counts, index, structure];
  });
  printTable(["rank", "score", "parameters", "multiply-adds", "layers", "proposal", "structure"], rows);
}
