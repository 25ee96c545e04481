/**
 * TE-NAS: how evenly a network can be trained, and how finely it can cut its input (Chen et al., "Neural architecture
 * search on ImageNet in four GPU hours", ICLR 2021).
 *
 * The neural tangent kernel of a batch is Θ_ij = ⟨g_i, g_j⟩, g_i the gradient of image i's Σ logits by all parameters named
 * "weight". `score = −κ`, κ = λmax/λmin of Θ. In a population κ and the number of the thin network's linear regions are
 * ranked and added.
 * - `reference` (Zen-NAS's code): training mode. A batch's statistics couple its images, so there are as many backward
 *   passes as images; up to 16 of them share a forward pass.
 * - `fixed_statistics`: statistics are held constant, so one backward pass holds the gradients of all images. It ranks
 *   networks otherwise than `reference` (docs/proxies.md): a proxy of its own.
 *
 * Cost: `batch` backward passes and a forward pass for each 16 of them, or one of each; the thin network's forward pass for
 * the regions (see `regions`). Input: one batch of images. Higher is better. κ does not change when all gradients are scaled
 * alike.
 */
import type { Backend } from "../../graph/backend.ts";
import { type SquareMatrix, symmetricEigenvalues } from "../../numeric/matrix.ts";
import type { NetworkDesign } from "../design.ts";
import { exactKernel, fixedStatisticsKernel } from "./neural_tangent_kernel.ts";
import type { Proxy, RankCombination, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";
import { thinRegions } from "./regions.ts";

const kernels = { reference: exactKernel, fixed_statistics: fixedStatisticsKernel } as const;

/** Σ of matrices, in float64. */
function matrixSum(parts: readonly Float32Array[], size: number): SquareMatrix {
  const values = new Float64Array(size * size);
  for (const part of parts) part.forEach((value, index) => values[index]! += value);
  return { size, values };
}

/** κ as it is ranked, and the regions. */
export const teNasRanking: RankCombination = {
  parts: ["trainability", "regions"],
  combine: (ranks) => ranks.reduce((sum, rank) => sum + rank, 0),
};

async function teNasScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  if (!backend) throw new TypeError("Cannot evaluate a network without a backend");
  const kernel = kernels[settings.variant as keyof typeof kernels];
  const [parts, regions] = await Promise.all([
    kernel(new ProxyGraph(design, settings), backend),
    thinRegions(design, settings, backend),
  ]);
  const eigenvalues = symmetricEigenvalues(matrixSum(parts, settings.batch));
  const largest = eigenvalues.at(-1)!, smallest = eigenvalues[0]!, value = -largest / smallest;
  return { value, parts: { trainability: value, regions, largest, smallest } };
}

/** TE-NAS by κ alone. */
export const teNas: Proxy = {
  name: "te_nas",
  summary: "condition number of the neural tangent kernel (TE-NAS, ICLR 2021)",
  variants: ["reference", "fixed_statistics"],
  inputs: { batches: 1, labelled: false },
  needsBackend: true,
  score: teNasScore,
};

/** TE-NAS by the ranks of κ and of the linear regions in a population. */
export const teNasRank: Proxy = {
  ...teNas,
  name: "te_nas_rank",
  summary: "ranks of the tangent kernel's condition and of linear regions (TE-NAS, ICLR 2021)",
  ranking: teNasRanking,
};
