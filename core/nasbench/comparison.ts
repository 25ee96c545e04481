/** What a comparison of proxies on a benchmark scores by. */
import type { ScoringSettings, WeightScale } from "../scoring/proxy.ts";

/** What scores depend on but the network, proxy and seed; `own` weights are those that each proxy's source prescribes. */
export interface ComparisonSettings extends Omit<ScoringSettings, "seed" | "draw" | "variant" | "weights"> {
  /** The scale of drawn weights. */
  readonly weights: WeightScale | "own";
}

/** The settings of a comparison: draws everywhere, and everything not given as Zen-NAS has it. */
export function comparisonSettings({ batch, weights = "own", favouredSize }: {
  readonly batch: number;
  readonly weights?: ComparisonSettings["weights"] | undefined;
  readonly favouredSize?: ComparisonSettings["favouredSize"];
}): ComparisonSettings {
  return { batch, weights, gamma: 0.01, fill: "gaussian", labels: "random", ...(favouredSize && { favouredSize }) };
}
