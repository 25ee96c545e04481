/**
 * SynFlow: how much flows from input to output through positive weights (Tanaka et al., "Pruning neural networks without
 * any data by iteratively conserving synaptic flow", NeurIPS 2020; as a proxy: Abdelfattah et al., ICLR 2021).
 *
 * All parameters take their absolute values, the input is one image of ones, R = Σ of all logits. `score` is
 * - `reference`: ln Σ|w·∂R/∂w| over the weights of convolutions and linear layers, batch normalisation being the identity.
 *   The sum itself reaches 1e60, so R is computed with a running scale (see `LogScale`) and
 *   ln Σ|w·∂R/∂w| = ln R + ln Σ|w·∂ln R/∂w|;
 * - `zen-nas` (Zen-NAS's code): −Σ_layers mean over output channels of Σ|w·∂R/∂w|, batch normalisation left on in training
 *   mode, where the one image must leave it more than one value.
 *
 * Cost: one forward and one backward pass of one image. Input: none. Higher is better. `reference` moves by a layer's
 * ln(scale) with each layer's weights; `zen-nas` does not change with their scale.
 */
import type { Backend } from "../../graph/backend.ts";
import { gradients } from "../../graph/grad.ts";
import type { NodeId } from "../../graph/graph.ts";
import type { Network, NetworkMode, ParameterSource } from "../../networks/layers.ts";
import { CandidateError } from "../candidate_error.ts";
import type { NetworkDesign } from "../design.ts";
import { LogScale } from "./log_scale.ts";
import { layerWeights, total } from "./loss_pass.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";
import { type ForwardPass, ProxyGraph } from "./proxy_graph.ts";

/** A batch normalisation in training mode got a single value a channel, whose variance is 0. */
export class SingleValueNormError extends CandidateError {
  /** The normalisation's name in a checkpoint. */
  readonly norm: string;

  /** The normalisation of this name got one value a channel. */
  constructor(norm: string) {
    super(
      `Cannot normalise by a batch of one image as its variance needs more than one value a channel: got one in ${norm}`,
    );
    this.norm = norm;
  }
}

function checkNorms({ norms }: Network): void {
  const single = norms.find(({ count }) => count === 1);
  if (single) throw new SingleValueNormError(single.name);
}

const absolute = (source: ParameterSource): ParameterSource => (builder, parameter) =>
  builder.add("abs", [source(builder, parameter)], {});

/** The network with absolute parameters behind one image of ones. */
function positivePass(graph: ProxyGraph, { resolution }: NetworkDesign, mode: NetworkMode): ForwardPass & {
  readonly image: NodeId;
} {
  const image = graph.builder.add("constant", [], { shape: [1, resolution, resolution, 3], values: [1] });
  return { image, ...graph.forward(image, { mode, parameters: absolute }) };
}

/** Σ|w·gradient| of each layer, `[1]` each. */
function flows(graph: ProxyGraph, weights: readonly NodeId[], found: readonly NodeId[]): NodeId[] {
  return weights.map((weight, index) => {
    const flow = graph.builder.add("mul", [weight, found[index]!], {});
    return graph.builder.add("sum", [graph.builder.add("abs", [flow], {})], {});
  });
}

async function logFlow(design: NetworkDesign, graph: ProxyGraph, backend?: Backend): Promise<number> {
  const { builder } = graph, { image, network, logits } = positivePass(graph, design, "identity");
  const scaling = new LogScale(builder), { node, scale } = scaling.copy(logits, image);
  const logarithm = builder.add("log", [builder.add("sum", [node], {})], {}), weights = layerWeights(network);
  const found = gradients(builder, { of: logarithm, withRespectTo: weights, constants: scaling.constants });
  const [rest, carried, ...shares] = await graph.run([logarithm, scale, ...flows(graph, weights, found)], backend);
  return rest![0]! + carried![0]! + Math.log(total(shares));
}

async function normalisedFlow(design: NetworkDesign, graph: ProxyGraph, backend?: Backend): Promise<number> {
  const { network, logits } = positivePass(graph, design, "train"), weights = layerWeights(network);
  checkNorms(network);
  const found = gradients(graph.builder, { of: logits, withRespectTo: weights });
  const sums = await graph.run(flows(graph, weights, found), backend);
  return -sums.reduce((sum, [flow], index) => sum + flow! / graph.builder.shape(weights[index]!)[0]!, 0);
}

async function synflowScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  const flow = settings.variant === "zen-nas" ? normalisedFlow : logFlow;
  return { value: await flow(design, new ProxyGraph(design, settings), backend) };
}

/** SynFlow. Variants `reference` and `zen-nas`. */
export const synflow: Proxy = {
  name: "synflow",
  summary: "flow through positive weights (SynFlow, NeurIPS 2020)",
  variants: ["reference", "zen-nas"],
  inputs: { batches: 0, labelled: false },
  needsBackend: true,
  score: synflowScore,
};
