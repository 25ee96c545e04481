/** What the verdicts on proposals are called where a person reads them. */
import type { VerdictName } from "../../core/search/mod.ts";

/** The words of each verdict, as in "34 over budget". */
export const verdictWords: Readonly<Record<VerdictName, string>> = {
  "over-budget": "over budget",
  duplicate: "duplicate",
  "screened-out": "screened out",
  outraced: "outraced",
  failed: "failed",
  scored: "scored",
};
