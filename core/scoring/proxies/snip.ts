/**
 * SNIP: how much the loss would change if single weights were taken away (Lee et al., "SNIP: single-shot network pruning
 * based on connection sensitivity", ICLR 2019; as a proxy: Abdelfattah et al., ICLR 2021).
 *
 * `score = Σ |W ⊙ ∂L/∂W|` over the weights of convolutions and linear layers, with L the mean cross-entropy of a labelled
 * batch in training mode.
 *
 * Cost: one forward and one backward pass. Input: one batch with labels. Higher is better. It does not change with the
 * scale of weights behind batch normalisation.
 */
import type { Backend } from "../../graph/backend.ts";
import type { NetworkDesign } from "../design.ts";
import { lossPass, total, weightGradients } from "./loss_pass.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

async function snipScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const graph = new ProxyGraph(design, settings), { builder } = graph;
  const sums = weightGradients(builder, lossPass(graph)).map(({ weight, gradient }) => {
    const saliency = builder.add("abs", [builder.add("mul", [weight, gradient], {})], {});
    return builder.add("sum", [saliency], {});
  });
  return { value: total(await graph.run(sums, backend)) };
}

/** SNIP. */
export const snip: Proxy = {
  name: "snip",
  summary: "how much the loss changes without single weights (SNIP, ICLR 2019)",
  variants: ["reference"],
  inputs: { batches: 1, labelled: true },
  needsBackend: true,
  score: snipScore,
};
