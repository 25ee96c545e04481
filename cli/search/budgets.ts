/** How much of its budgets a candidate takes, in words. */
import type { BudgetUse } from "../../core/search/mod.ts";
import { grouped } from "../terminal.ts";

/** What each budget limits. */
const amounts: Readonly<Record<string, string>> = {
  params: "parameters",
  flops: "multiply-adds",
  macs: "multiply-adds",
  peakMemoryBytes: "bytes of activations",
  latencyMs: "ms of latency",
};

/** A line for each budget, such as `parameters as Zen-NAS counts them: 999,872 of 1,000,000`. */
export function budgetFields(uses: readonly BudgetUse[]): readonly (readonly [name: string, value: string])[] {
  return uses.map(({ budget, value, limit, counted }) => {
    const how = counted === "reference" ? " as Zen-NAS counts them" : "";
    return ["budget", `${amounts[budget] ?? budget}${how}: ${grouped(value)} of ${grouped(limit)}`];
  });
}
