/** What a search leaves for its user: the best structure and a report. */
import {
  type BudgetModels,
  type BudgetUse,
  budgetUses,
  type FrontCandidate,
  type ScoredCandidate,
  type SearchConfig,
  type SearchOutcome,
  type StopReason,
  type VerdictCounts,
} from "../../search/mod.ts";
import { parseStructure } from "../../networks/masternet/mod.ts";
import { replaceFile } from "../files/write.ts";
import { costCounter, type CostedCandidate } from "./costs.ts";
import { runId } from "./reader.ts";
import { storeError } from "./error.ts";

/** The files beside a run's database: the best structure, the report, and a picture of the search. */
export const reportFiles = ["best_structure.txt", "report.json", "search.svg"] as const;

/** How many members of the population a report names. */
const TOP = 16;

/** The content of `report.json`. */
export interface SearchReport {
  /** The run's id. */
  readonly run: string;
  /** What was searched, with the limits last given. */
  readonly config: SearchConfig;
  /** Null if no candidate got a score. Of a search with several objectives, the one with the highest score. */
  readonly best: CostedCandidate | null;
  /** How much of each budget the best candidate takes, by the count that the budget holds; empty without a best. */
  readonly budgets: readonly BudgetUse[];
  /** The population's best members, best first, the earlier proposal first of equal scores. */
  readonly top: readonly CostedCandidate[];
  /** How many proposals met each verdict. */
  readonly verdicts: VerdictCounts;
  /** Proposals in all. */
  readonly proposals: number;
  /** Candidates that went to the scorer. */
  readonly evaluations: number;
  /** Of a search with several objectives: the front of all candidates, in the order of proposals. */
  readonly front?: readonly FrontCandidate[];
  /** Why the search ended. */
  readonly stoppedBy: StopReason;
}

/** The report on the result of a search. */
export function reportOn(
  outcome: SearchOutcome,
  directory: string,
  { config, models }: { readonly config: SearchConfig; readonly models?: BudgetModels | undefined },
): SearchReport {
  const { best, population, counts, proposals, evaluations, stoppedBy, front } = outcome;
  const count = costCounter(config);
  const costed = (one: ScoredCandidate): CostedCandidate => ({ ...one, ...count(one.structure) });
  return {
    run: runId(directory),
    config,
    best: best ? costed(best) : null,
    budgets: best ? budgetUses(parseStructure(best.structure), config, models) : [],
    top: population.slice(0, TOP).map(costed),
    verdicts: counts,
    proposals,
    evaluations,
    ...(front && { front }),
    stoppedBy,
  };
}

/** Writes `report.json` and, if there is one, `best_structure.txt` into the run's directory. Throws RunStoreError. */
export function writeReport(report: SearchReport, directory: string): void {
  try {
    if (report.best) replaceFile(`${directory}/best_structure.txt`, `${report.best.structure}\n`);
    replaceFile(`${directory}/report.json`, `${JSON.stringify(report, null, 2)}\n`);
  } catch (cause) {
    throw storeError(directory, "report on", cause);
  }
}
