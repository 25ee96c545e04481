/** Proposals and their verdicts. */

/** The verdicts, in the order in which they are reached. */
export const verdicts = ["over-budget", "duplicate", "screened-out", "outraced", "failed", "scored"] as const;

/** One of {@link verdicts}. */
export type VerdictName = typeof verdicts[number];

/** The verdict on a proposed structure. */
export type Verdict =
  | { readonly verdict: "over-budget"; readonly budget: string; readonly value: number; readonly limit: number }
  /** `of` is the earlier proposal with the same structure. */
  | { readonly verdict: "duplicate"; readonly of: number }
  /** The screen's value of it is below `bar`, the least value among the screen's share of the latest candidates. */
  | { readonly verdict: "screened-out"; readonly screen: string; readonly value: number; readonly bar: number }
  /** Its preliminary score is below `bar`, the least with which it may still reach the population. */
  | { readonly verdict: "outraced"; readonly value: number; readonly bar: number }
  | { readonly verdict: "failed"; readonly reason: string }
  /** `parts` are named numbers beside the score; where they are ranked, `score` is the one that it entered with. */
  | { readonly verdict: "scored"; readonly score: number; readonly parts?: Readonly<Record<string, number>> };

/** A proposal with its verdict: what the journal of a run keeps, in order of `index` from 0. */
export type Proposal = Verdict & {
  readonly index: number;
  /** The canonical string of the structure, split. */
  readonly structure: string;
};

/** How many proposals met each verdict. */
export type VerdictCounts = Readonly<Record<VerdictName, number>>;

/** A count of 0 for each verdict. */
export function noVerdicts(): Record<VerdictName, number> {
  return { "over-budget": 0, duplicate: 0, "screened-out": 0, outraced: 0, failed: 0, scored: 0 };
}

/** The verdicts on candidates that went to the scorer. */
const evaluated: readonly VerdictName[] = ["outraced", "failed", "scored"];

/** Whether a proposal's candidate went to the scorer. */
export function isEvaluation({ verdict }: { readonly verdict: VerdictName }): boolean {
  return evaluated.includes(verdict);
}

/** How many candidates went to the scorer. */
export function evaluationsOf(counts: VerdictCounts): number {
  return evaluated.reduce((sum, verdict) => sum + counts[verdict], 0);
}

/** A candidate that has a score. */
export interface ScoredCandidate {
  /** The proposal that it came from. */
  readonly index: number;
  /** Its canonical string. */
  readonly structure: string;
  /** Higher is better. */
  readonly score: number;
}
