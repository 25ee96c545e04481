/** The colours of verdicts in pictures of searches. */
import type { VerdictName } from "../../core/search/mod.ts";
import type { ColourName } from "./plot.ts";

/** A colour for each verdict. */
export const verdictColours: Readonly<Record<VerdictName, ColourName>> = {
  scored: "green",
  failed: "red",
  outraced: "teal",
  "screened-out": "purple",
  duplicate: "grey",
  "over-budget": "amber",
};
