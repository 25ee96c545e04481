/**
 * GraSP: how much the gradient's flow would shrink if single weights were taken away (Wang et al., "Picking winning
 * tickets before training by preserving gradient flow", ICLR 2020; as a proxy: Abdelfattah et al., ICLR 2021).
 *
 * `score = Σ −W ⊙ (H·g)` over the weights of convolutions and linear layers, with g the gradient of the mean cross-entropy
 * of a labelled batch in training mode and H·g = ∂(gᵀ·ḡ)/∂W, where ḡ is g held constant.
 *
 * Cost: one forward and one backward pass, and a backward pass through both. Input: one batch with labels. Higher is
 * better. A weight's term is in inverse proportion to the square of its scale where batch normalisation follows.
 */
import type { Backend } from "../../graph/backend.ts";
import { gradients } from "../../graph/grad.ts";
import type { NetworkDesign } from "../design.ts";
import { dot, lossPass, total, weightGradients } from "./loss_pass.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

async function graspScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const graph = new ProxyGraph(design, settings), { builder } = graph;
  const first = weightGradients(builder, lossPass(graph)), weights = first.map(({ weight }) => weight);
  const constants = first.map(({ gradient }) => builder.add("affine", [gradient], { scale: 1, shift: 0 }));
  const flow = first.map(({ gradient }, index) => dot(builder, gradient, constants[index]!))
    .reduce((sum, part) => builder.add("add", [sum, part], {}));
  const products = gradients(builder, { of: flow, withRespectTo: weights, constants });
  const sums = weights.map((weight, index) => dot(builder, weight, products[index]!));
  return { value: -total(await graph.run(sums, backend)) };
}

/** GraSP. */
export const grasp: Proxy = {
  name: "grasp",
  summary: "how much the gradient's flow shrinks without single weights (GraSP, ICLR 2020)",
  variants: ["reference"],
  inputs: { batches: 1, labelled: true },
  needsBackend: true,
  score: graspScore,
};
