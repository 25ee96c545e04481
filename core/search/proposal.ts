/** What becomes of a proposal. */

/** The verdicts, in the order in which they are reached. */
export const verdicts = ["over-budget", "duplicate", "failed", "scored"] as const;

/** One of {@link verdicts}. */
export type VerdictName = typeof verdicts[number];

/** The verdict on a proposed structure. */
export type Verdict =
  | { readonly verdict: "over-budget"; readonly budget: string; readonly value: number; readonly limit: number }
  /** `of` is the earlier proposal with the same structure. */
  | { readonly verdict: "duplicate"; readonly of: number }
  | { readonly verdict: "failed"; readonly reason: string }
  | { readonly verdict: "scored"; readonly score: number };

/** A proposal with its verdict: what the journal of a run keeps, in order of `index` from 0. */
export type Proposal = Verdict & {
  readonly index: number;
  /** The canonical string of the structure, split. */
  readonly structure: string;
};

/** How many proposals met each verdict. */
export type VerdictCounts = Readonly<Record<VerdictName, number>>;

/** Candidates that went to the scorer: scored ones and failed ones. */
export function evaluationsOf(counts: VerdictCounts): number {
  return counts.scored + counts.failed;
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

/**
 * A candidate cannot be scored, through no fault of the scorer: the search records it as failed and goes on. Any other
 * error from a scorer but a ShapeError ends the search.
 */
export class CandidateError extends Error {
  /** The error's class. */
  override readonly name = "CandidateError";
}
