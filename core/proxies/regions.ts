/**
 * Linear regions: into how many pieces a network's ReLUs cut a batch (Chen et al., "TE-NAS", ICLR 2021).
 *
 * `score` = the number of distinct patterns of on and off over all neurons behind ReLUs, one pattern an image: at most the
 * batch.
 *
 * Cost: that of NASWOT. Input: one batch of images. Higher is better. It does not change with the scale of weights behind
 * batch normalisation, and saturates at the batch for any but the narrowest networks; TE-NAS ranks it beside κ.
 */
import type { Backend } from "../backend.ts";
import { type Agreements, agreementsOf } from "./activation_patterns.ts";
import type { NetworkDesign } from "./design.ts";
import type { Proxy, Score, ScoringSettings } from "./proxy.ts";

/** How many images have no earlier image that agrees with them in every neuron. */
function distinctPatterns({ size, values, neurons }: Agreements): number {
  let distinct = 0;
  for (let image = 0; image < size; image++) {
    if (!values.subarray(image * size, image * size + image).includes(neurons)) distinct++;
  }
  return distinct;
}

/** The number of linear regions that a batch falls into. */
export async function regionCount(
  design: NetworkDesign,
  settings: ScoringSettings,
  backend?: Backend,
): Promise<number> {
  return distinctPatterns(await agreementsOf(design, settings, backend));
}

async function regionsScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  return { value: await regionCount(design, settings, backend) };
}

/** Linear regions. */
export const regions: Proxy = {
  name: "regions",
  summary: "linear regions that a batch falls into (TE-NAS, ICLR 2021)",
  variants: ["reference"],
  inputs: { batches: 1, labelled: false },
  needsBackend: true,
  score: regionsScore,
};
