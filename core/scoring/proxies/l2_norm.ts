/**
 * Weight norm: the baseline of all weight-based proxies (Abdelfattah et al., "Zero-cost proxies for lightweight NAS",
 * ICLR 2021).
 *
 * `score = Σ‖W‖` over the weights of convolutions and linear layers, as they are drawn.
 *
 * Cost: drawing the weights; no forward pass. Input: none. Higher is better. It is in proportion to the weights' scale, and
 * with weights of variance 1 it only counts them: Σ√(number of a layer's weights), about.
 */
import type { Backend } from "../../graph/backend.ts";
import type { NetworkDesign } from "../design.ts";
import { dot, layerWeights, total } from "./loss_pass.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

async function l2NormScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const graph = new ProxyGraph(design, settings), { builder } = graph;
  const { network } = graph.forward(graph.images({ count: 1 }));
  const squares = await graph.run(layerWeights(network).map((weight) => dot(builder, weight, weight)), backend);
  return { value: total(squares, Math.sqrt) };
}

/** Weight norm. */
export const l2Norm: Proxy = {
  name: "l2_norm",
  summary: "norms of the weights (Abdelfattah et al., ICLR 2021)",
  variants: ["reference"],
  inputs: { batches: 0, labelled: false },
  needsBackend: true,
  score: l2NormScore,
};
