/**
 * Gradient norm: how steep the loss of random weights is (Zen-NAS's baseline; per layer in Abdelfattah et al.,
 * "Zero-cost proxies for lightweight NAS", ICLR 2021).
 *
 * With L the mean cross-entropy of a labelled batch in training mode, `score` is
 * - `reference` (Zen-NAS's code): √Σ‖∂L/∂p‖² over all parameters p;
 * - `per_layer`: Σ‖∂L/∂W‖ over the weights of convolutions and linear layers.
 *
 * Cost: one forward and one backward pass. Input: one batch with labels. Higher is better. Weights behind a batch
 * normalisation have gradients in inverse proportion to their scale.
 */
import type { Backend } from "../../graph/backend.ts";
import { gradients } from "../../graph/grad.ts";
import type { NetworkDesign } from "../design.ts";
import { dot, layerWeights, learnableNodes, lossPass, total } from "./loss_pass.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

async function gradNormScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const graph = new ProxyGraph(design, settings), { builder } = graph, perLayer = settings.variant === "per_layer";
  const { network, loss } = lossPass(graph);
  const withRespectTo = perLayer ? layerWeights(network) : learnableNodes(network);
  const found = gradients(builder, { of: loss, withRespectTo });
  const squares = await graph.run(found.map((gradient) => dot(builder, gradient, gradient)), backend);
  return { value: perLayer ? total(squares, Math.sqrt) : Math.sqrt(total(squares)) };
}

/** Gradient norm. Variants `reference` and `per_layer`. */
export const gradNorm: Proxy = {
  name: "grad_norm",
  summary: "norm of the loss's gradient (Zen-NAS; Abdelfattah et al., ICLR 2021)",
  variants: ["reference", "per_layer"],
  inputs: { batches: 1, labelled: true },
  needsBackend: true,
  score: gradNormScore,
};
