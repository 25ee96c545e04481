/**
 * Zen-score: how strongly a network with Gaussian weights reacts to a small perturbation of its input, with the
 * scale that batch normalisation hides put back (Lin et al., "Zen-NAS", ICCV 2021).
 *
 * With x, e ~ N(0,1) and f the features before global pooling, in training mode,
 * `score = ln Δ + Σ ½·ln v`, where Δ is the batch mean of Σ|f(x) − f(x + γe)| and v, for each batch norm, is
 * - `reference` (the published code): the mean running variance after both forwards. It starts at 1 and takes 0.1 of
 *   each unbiased batch variance: 0.81 + 0.09·v₁ + 0.1·v₂.
 * - `paper`: the mean of the first forward's biased batch variance.
 *
 * Cost: two forwards of a batch; nothing but shapes goes to the device, one number comes back.
 */
import type { Backend } from "../../graph/backend.ts";
import type { Graph, GraphBuilder, NodeId } from "../../graph/graph.ts";
import type { Network, NormRecord } from "../../networks/layers.ts";
import type { NetworkDesign } from "../design.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { type ForwardPass, ProxyGraph } from "./proxy_graph.ts";

/** Momentum of the running variance in PyTorch's batch norm. */
const MOMENTUM = 0.1;

/** Σ ½·ln of each element of a vector node. */
function halfLogSum(builder: GraphBuilder, variances: NodeId): NodeId {
  const logs = builder.add("sum", [builder.add("log", [variances], {})], {});
  return builder.add("affine", [logs], { scale: 0.5, shift: 0 });
}

function scaledMeans(builder: GraphBuilder, norms: readonly NormRecord[], weight: number): NodeId {
  const means = builder.add("means", norms.map(({ variance }) => variance), {});
  const values = norms.map(({ count }) => weight * count / (count - 1));
  return builder.add("mul", [means, builder.add("constant", [], { shape: [norms.length], values })], {});
}

/** Mean running variance of each batch norm after two forwards, `[norms]`. */
function runningVariances(builder: GraphBuilder, [first, second]: readonly [Network, Network]): NodeId {
  const kept = 1 - MOMENTUM;
  const updates = builder.add("add", [
    scaledMeans(builder, first.norms, kept * MOMENTUM),
    scaledMeans(builder, second.norms, MOMENTUM),
  ], {});
  return builder.add("affine", [updates], { scale: 1, shift: kept * kept });
}

function batchVariances(builder: GraphBuilder, [first]: readonly [Network, Network]): NodeId {
  return builder.add("means", first.norms.map(({ variance }) => variance), {});
}

const variants = { reference: runningVariances, paper: batchVariances } as const;

/** ln of the batch mean of Σ|f(x) − f(x + γe)|. */
function logResponse(builder: GraphBuilder, forwards: readonly ForwardPass[], batch: number): NodeId {
  const features = forwards.map((forward) => forward.features);
  const difference = builder.add("sum_abs_difference", features, {});
  return builder.add("log", [builder.add("affine", [difference], { scale: 1 / batch, shift: 0 })], {});
}

/** Grows the graph of a Zen-score; returns its node, `[1]`. */
function zenNode(graph: ProxyGraph, { batch, gamma, variant }: ScoringSettings): NodeId {
  const { builder } = graph;
  const x = graph.images(), noise = graph.images({ which: 1 });
  const perturbed = builder.add("add", [x, builder.add("affine", [noise], { scale: gamma, shift: 0 })], {});
  const forwards = [graph.forward(x), graph.forward(perturbed)] as const;
  const response = logResponse(builder, forwards, batch);
  const networks = [forwards[0].network, forwards[1].network] as const;
  if (networks[0].norms.length === 0) return response;
  const variances = variants[variant as keyof typeof variants](builder, networks);
  return builder.add("add", [response, halfLogSum(builder, variances)], {});
}

/** The graph of a network's Zen-score; its one output is `[1]`. */
export function zenGraph(design: NetworkDesign, settings: ScoringSettings): Graph {
  const graph = new ProxyGraph(design, settings);
  return graph.builder.build([zenNode(graph, settings)]);
}

async function zenScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const graph = new ProxyGraph(design, settings);
  const [score] = await graph.run([zenNode(graph, settings)], backend);
  return { value: score![0]! };
}

/** Zen-score. Variants `reference` and `paper`. */
export const zen: Proxy = {
  name: "zen",
  summary: "reaction of a random network to a perturbed input (Zen-NAS, ICCV 2021)",
  variants: ["reference", "paper"],
  inputs: { batches: 2, labelled: false },
  needsBackend: true,
  weights: "unit",
  score: zenScore,
};
