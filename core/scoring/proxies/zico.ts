/**
 * ZiCo: gradients that are large and agree between batches (Li et al., "ZiCo: zero-shot NAS via inverse coefficient of
 * variation on gradients", ICLR 2023).
 *
 * `score = Σ_layers ln Σ_w (mean_i|g_i| / std_i g_i)` over the weights w of convolutions and linear layers and two batches
 * i, with g the gradient of the mean cross-entropy in training mode. Of two values the biased deviation is |g₁ − g₂|/2, so
 * a weight's term is (|g₁| + |g₂|) / |g₁ − g₂|; weights whose gradients are equal are left out, and so are layers of no
 * other weights, which nothing reaches.
 *
 * Cost: two forward and two backward passes. Input: two batches with labels. Higher is better. It does not change with the
 * scale of weights behind batch normalisation.
 *
 * Backends agree to about 1e-3 here where other proxies agree to 1e-6, though they draw the same bits: weights whose two
 * gradients nearly agree make most of a layer's sum, and rounding decides how nearly. In a network of three super blocks
 * (8, 16 and 32 channels, 16 × 16 pixels, batch 8) one of the classifier's 320 weights had gradients that differed by
 * 1.3e-6 of their size and made 98 % of the layer's sum; the score was 46.796 in float64, 46.808 on WebGPU and 46.928 on
 * the CPU, and moving images and weights by half a unit in float32's last place moved the float64 score by up to 0.010. In
 * five others of that size float64 and the backends were at most 0.022 apart.
 */
import type { Backend } from "../../graph/backend.ts";
import type { GraphBuilder, NodeId } from "../../graph/graph.ts";
import type { NetworkDesign } from "../design.ts";
import { lossPass, total, weightGradients } from "./loss_pass.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

/** Σ (|g₁| + |g₂|) / |g₁ − g₂| over a layer's weights where the gradients differ, `[1]`. */
function layerRatio(builder: GraphBuilder, first: NodeId, second: NodeId): NodeId {
  const abs = (id: NodeId): NodeId => builder.add("abs", [id], {});
  const magnitude = builder.add("add", [abs(first), abs(second)], {});
  const opposite = builder.add("affine", [second], { scale: -1, shift: 0 });
  const spread = abs(builder.add("add", [first, opposite], {})), differs = builder.add("step", [spread], {});
  const divisor = builder.add("add", [spread, builder.add("affine", [differs], { scale: -1, shift: 1 })], {});
  const ratio = builder.add("mul", [magnitude, builder.add("reciprocal", [divisor], {})], {});
  return builder.add("sum", [builder.add("mul", [ratio, differs], {})], {});
}

async function zicoScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const graph = new ProxyGraph(design, settings), { builder } = graph;
  const [first, second] = ([0, 1] as const).map((which) => weightGradients(builder, lossPass(graph, which)));
  const ratios = first!.map(({ gradient }, index) => layerRatio(builder, gradient, second![index]!.gradient));
  return { value: total(await graph.run(ratios, backend), (ratio) => ratio === 0 ? 0 : Math.log(ratio)) };
}

/** ZiCo. */
export const zico: Proxy = {
  name: "zico",
  summary: "gradients that are large and agree between batches (ZiCo, ICLR 2023)",
  variants: ["reference"],
  inputs: { batches: 2, labelled: true },
  needsBackend: true,
  score: zicoScore,
};
