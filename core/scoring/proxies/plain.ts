/**
 * Plain: SNIP without the absolute value (Abdelfattah et al., "Zero-cost proxies for lightweight NAS", ICLR 2021).
 *
 * `score = Σ ∂L/∂W ⊙ W` over the weights of convolutions and linear layers, with L the mean cross-entropy of a labelled
 * batch in training mode. Behind batch normalisation a weight's term is 0, since its scale does not matter: what is left is
 * the classifier's.
 *
 * Cost: one forward and one backward pass. Input: one batch with labels. Higher is better.
 */
import type { Backend } from "../../graph/backend.ts";
import type { NetworkDesign } from "../design.ts";
import { dot, lossPass, total, weightGradients } from "./loss_pass.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

async function plainScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const graph = new ProxyGraph(design, settings), { builder } = graph;
  const sums = weightGradients(builder, lossPass(graph)).map(({ weight, gradient }) => dot(builder, weight, gradient));
  return { value: total(await graph.run(sums, backend)) };
}

/** Plain. */
export const plain: Proxy = {
  name: "plain",
  summary: "weights times their gradients (Abdelfattah et al., ICLR 2021)",
  variants: ["reference"],
  inputs: { batches: 1, labelled: true },
  needsBackend: true,
  score: plainScore,
};
