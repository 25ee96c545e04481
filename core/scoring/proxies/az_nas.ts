/**
 * AZ-NAS: four measures of a network, combined by rank (Lee and Ham, "AZ-NAS: assembling zero-cost proxies for network
 * architecture search", CVPR 2024). Over the outputs of a network's blocks:
 *
 * - expressivity: Σ_l E_l, the entropy −Σ p·ln(p + 1e-8) of the eigenvalues of the channels' covariance, normalised to 1;
 * - progressivity: min_l(E_l − E_{l−1});
 * - trainability: how evenly blocks hand gradients back (see `trainability`);
 * - complexity: multiply-adds.
 *
 * Combined, a network's score in a population of m is Σ ln(rank/m) over the parts; alone it is 0.
 *
 * Cost: two forward passes, a backward pass, and channels³ on the host for each block. Input: one batch of images. Higher
 * is better for every part. Expressivity and progressivity do not change with the scale of weights behind batch
 * normalisation.
 */
import type { Backend } from "../../graph/backend.ts";
import { covarianceEigenvalues, type Samples } from "../../numeric/matrix.ts";
import type { NetworkDesign } from "../design.ts";
import type { Proxy, RankCombination, Score, ScoringSettings } from "../proxy.ts";
import { logRanking } from "../ranking.ts";
import { ProxyGraph } from "./proxy_graph.ts";
import { trainability } from "./trainability.ts";

/** Entropy of the normalised eigenvalues of the columns' covariance; 0 where nothing varies. */
function spectralEntropy(samples: Samples): number {
  const eigenvalues = covarianceEigenvalues(samples).map((value) => Math.max(0, value));
  const total = eigenvalues.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 0;
  return eigenvalues.reduce((sum, value) => sum - value / total * Math.log(value / total + 1e-8), 0);
}

/** The entropy of each block's channels, in order. */
export async function blockEntropies(
  design: NetworkDesign,
  settings: ScoringSettings,
  backend?: Backend,
): Promise<readonly number[]> {
  const graph = new ProxyGraph(design, settings);
  const { blocks } = graph.forward(graph.images());
  const outputs = await graph.run(blocks, backend);
  return outputs.map((values, index) =>
    spectralEntropy({ columns: graph.builder.shape(blocks[index]!).at(-1)!, values })
  );
}

/** The smallest step from one to the next; 0 for a single one. */
function smallestStep(values: readonly number[]): number {
  const steps = values.slice(1).map((value, index) => value - values[index]!);
  return steps.length > 0 ? Math.min(...steps) : 0;
}

/** Σ ln(rank/m). */
export const azNasRanking: RankCombination = logRanking({
  expressivity: 1,
  progressivity: 1,
  trainability: 1,
  complexity: 1,
});

async function azNasScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const entropies = await blockEntropies(design, settings, backend);
  const parts = {
    expressivity: entropies.reduce((sum, entropy) => sum + entropy, 0),
    progressivity: smallestStep(entropies),
    trainability: await trainability(design, settings, backend),
    complexity: design.cost().macs,
  };
  return { value: 0, parts };
}

/** AZ-NAS, combined by rank. */
export const azNas: Proxy = {
  name: "az_nas",
  summary: "expressivity, progressivity, trainability and complexity, combined by rank (AZ-NAS, CVPR 2024)",
  variants: ["reference"],
  inputs: { batches: 1, labelled: false },
  needsBackend: true,
  ranking: azNasRanking,
  score: azNasScore,
};
