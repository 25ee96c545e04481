/**
 * Fisher: how much the loss would change if single channels were taken away (Theis et al., "Faster gaze prediction with
 * dense networks and Fisher pruning", 2018; as a proxy: Turner et al., "BlockSwap", ICLR 2020).
 *
 * `score = Σ ½·mean_n(Σ_hw a·∂L/∂a)² · (weights of the channel)` over the output channels a of convolutions and linear
 * layers, with L the mean cross-entropy of a labelled batch in training mode.
 *
 * Cost: one forward and one backward pass. Input: one batch with labels. Higher is better. It does not change with the
 * scale of weights behind batch normalisation.
 */
import type { Backend } from "../../graph/backend.ts";
import { gradients } from "../../graph/grad.ts";
import type { GraphBuilder, NodeId } from "../../graph/graph.ts";
import type { LayerRecord } from "../../networks/layers.ts";
import { elementCount } from "../../graph/shape.ts";
import type { NetworkDesign } from "../design.ts";
import { lossPass, total } from "./loss_pass.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { ProxyGraph } from "./proxy_graph.ts";

/** Σ over a layer's channels, `[1]`. */
function layerInformation(builder: GraphBuilder, { weight, output }: LayerRecord, gradient: NodeId): NodeId {
  const shape = builder.shape(output), product = builder.add("mul", [output, gradient], {});
  const perImage = shape.length === 4
    ? builder.add("reduce_sum", [product], { shape: [shape[0]!, 1, 1, shape[3]!] })
    : product;
  const perChannel = builder.add("channel_mean", [builder.add("mul", [perImage, perImage], {})], {});
  const weightsPerChannel = elementCount(builder.shape(weight).slice(1));
  return builder.add("affine", [builder.add("sum", [perChannel], {})], { scale: weightsPerChannel / 2, shift: 0 });
}

async function fisherScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const graph = new ProxyGraph(design, settings), { builder } = graph, { network, loss } = lossPass(graph);
  const found = gradients(builder, { of: loss, withRespectTo: network.layers.map(({ output }) => output) });
  const sums = network.layers.map((layer, index) => layerInformation(builder, layer, found[index]!));
  return { value: total(await graph.run(sums, backend)) };
}

/** Fisher. */
export const fisher: Proxy = {
  name: "fisher",
  summary: "how much the loss changes without single channels (Theis et al., 2018)",
  variants: ["reference"],
  inputs: { batches: 1, labelled: true },
  needsBackend: true,
  score: fisherScore,
};
