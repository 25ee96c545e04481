/**
 * VKDNW: how evenly a network's outputs depend on its weights (Týbl and Neumann, "Training-free neural architecture search
 * through variance of knowledge of deep network weights", CVPR 2025).
 *
 * F is the Fisher information matrix about the first element of every learnable tensor (see `fisherInformation`), λ_k the
 * k-th of the nine deciles of its eigenvalues.
 * - `reference`: −Σ_k λ̃_k·ln λ̃_k, λ̃_k = λ_k/Σ_j λ_j: at most ln 9, where all are equal; 0 where all are 0.
 * - `single`: the number of convolutions and linear layers plus that, so that networks are ordered by depth first.
 *
 * Normalisations use their fresh running statistics (mean 0, variance 1), so weights have variance 2/fan-in whatever the
 * settings say: with variance 1 the numbers of a deep network would overflow.
 *
 * Cost: a forward pass for each 16 classes and a backward pass a class; on the host, classes · images · tensors² and
 * tensors³. Input: one batch of images, no labels; the matrix has full rank where images · (classes − 1) is no less than
 * the tensors. Higher is better. The entropy does not change when all derivatives are scaled alike.
 */
import type { Backend } from "../../graph/backend.ts";
import { symmetricEigenvalues } from "../../numeric/matrix.ts";
import type { NetworkDesign } from "../design.ts";
import { fisherInformation } from "./fisher_information.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

const DECILES = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** The value below which k tenths of ascending values lie, between two of them in proportion. */
function decile(ascending: readonly number[], k: number): number {
  const place = k / 10 * (ascending.length - 1), below = Math.floor(place), low = ascending[below]!;
  return low + (place - below) * ((ascending[below + 1] ?? low) - low);
}

/** The entropy of the deciles, normalised to sum 1. */
export function decileEntropy(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b), deciles = DECILES.map((k) => decile(ascending, k));
  const total = deciles.reduce((sum, value) => sum + value, 0);
  const shares = deciles.map((value) => value / total).filter((share) => share !== 0);
  return total === 0 ? 0 : shares.reduce((sum, share) => sum - share * Math.log(share), 0);
}

async function vkdnwScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  if (!backend) throw new TypeError("Cannot evaluate a network without a backend");
  const graph = new ProxyGraph(design, { ...settings, weights: "scaled" });
  const forward = graph.forward(graph.images(), { mode: "inference" });
  const information = await fisherInformation(graph, forward, backend), layers = forward.network.layers.length;
  // Rounding may leave an eigenvalue of 0 just below it.
  const entropy = decileEntropy(symmetricEigenvalues(information).map(Math.abs));
  return { value: settings.variant === "single" ? layers + entropy : entropy, parts: { entropy, layers } };
}

/** VKDNW. Variants `reference` and `single`. */
export const vkdnw: Proxy = {
  name: "vkdnw",
  summary: "how evenly outputs depend on single weights (VKDNW, CVPR 2025)",
  variants: ["reference", "single"],
  inputs: { batches: 1, labelled: false },
  needsBackend: true,
  score: vkdnwScore,
};
