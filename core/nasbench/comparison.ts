/** The settings by which a comparison of proxies on a benchmark scores networks. */
import type { ScoringSettings, WeightScale } from "../scoring/proxy.ts";

/**
 * Everything that scores depend on except the network, the proxy and the seed. With weights `own`, each proxy uses the
 * scale that its source prescribes.
 */
export interface ComparisonSettings extends Omit<ScoringSettings, "seed" | "draw" | "variant" | "weights"> {
  /** The scale of drawn weights. */
  readonly weights: WeightScale | "own";
}

/**
 * The settings of a comparison: weights, images and labels are drawn; everything that is not given is as in Zen-NAS.
 */
export function comparisonSettings({ batch, weights = "own", favouredSize }: {
  readonly batch: number;
  readonly weights?: ComparisonSettings["weights"] | undefined;
  readonly favouredSize?: ComparisonSettings["favouredSize"];
}): ComparisonSettings {
  return { batch, weights, gamma: 0.01, fill: "gaussian", labels: "random", ...(favouredSize && { favouredSize }) };
}
