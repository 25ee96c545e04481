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
import type { Backend } from "../backend.ts";
import { type Graph, GraphBuilder, type NodeId } from "../graph.ts";
import { lowerStructure, type Structure } from "../masternet/mod.ts";
import { Network, type NormRecord, type Parameter, type ParameterSource } from "../network.ts";
import {
  fedParameters,
  filledInput,
  filledParameters,
  fillingRules,
  gaussianParameters,
  STREAM,
} from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Fill, Proxy, ScoringSettings } from "./proxy.ts";

/** Momentum of the running variance in PyTorch's batch norm. */
const MOMENTUM = 0.1;

/** The score's graph, and the parameters that it has. */
export interface ZenGraph {
  /** Its one output, `[1]`, is the score. */
  readonly graph: Graph;
  /** The network's parameters in order, classifier included. */
  readonly parameters: readonly Parameter[];
}

interface Forward {
  readonly features: NodeId;
  readonly network: Network;
}

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

function inputNode(builder: GraphBuilder, shape: Shape, from: { readonly fill: Fill; readonly name: string }): NodeId {
  if (from.fill === "reference") return builder.add("input", [], { name: from.name, shape });
  return builder.add("gaussian", [], { shape, stream: from.name === "input" ? STREAM.input : STREAM.perturbation });
}

/** ln of the batch mean of Σ|f(x) − f(x + γe)|. */
function logResponse(builder: GraphBuilder, forwards: readonly [Forward, Forward], batch: number): NodeId {
  const features = forwards.map((forward) => forward.features);
  const difference = builder.add("sum_abs_difference", features, {});
  return builder.add("log", [builder.add("affine", [difference], { scale: 1 / batch, shift: 0 })], {});
}

/** The graph of a structure's Zen-score; its one output is `[1]`. */
export function zenGraph(structure: Structure, settings: ScoringSettings): ZenGraph {
  const { form, batch, gamma, fill, variant } = settings;
  const builder = new GraphBuilder();
  const source: ParameterSource = fill === "reference" ? fedParameters() : gaussianParameters();
  const shape = [batch, form.resolution, form.resolution, 3];
  const x = inputNode(builder, shape, { fill, name: "input" });
  const noise = inputNode(builder, shape, { fill, name: "input2" });
  const perturbed = builder.add("add", [x, builder.add("affine", [noise], { scale: gamma, shift: 0 })], {});
  const forward = (input: NodeId): Forward => {
    const network = new Network({ builder, mode: "train", parameters: source });
    return { network, features: lowerStructure(structure, network, { ...form, input }).features };
  };
  const forwards = [forward(x), forward(perturbed)] as const;
  const response = logResponse(builder, forwards, batch);
  const networks = [forwards[0].network, forwards[1].network] as const;
  if (networks[0].norms.length === 0) return { graph: builder.build([response]), parameters: networks[0].parameters };
  const variances = variants[variant as keyof typeof variants](builder, networks);
  const score = builder.add("add", [response, halfLogSum(builder, variances)], {});
  return { graph: builder.build([score]), parameters: networks[0].parameters };
}

/** Feeds of a graph whose inputs are filled by name, weights scaled where residual links keep the signal's size. */
function referenceFeeds({ graph, parameters }: ZenGraph, settings: ScoringSettings): Record<string, Float32Array> {
  const inputs = graph.nodes.flatMap((node) => node.op === "input" ? [node.attributes] : []);
  const names = new Set(inputs.map(({ name }) => name));
  const rule = settings.form.residualLinks === false ? fillingRules.unit : fillingRules.scaled;
  const images = inputs.filter(({ name }) => name === "input" || name === "input2");
  return Object.assign(
    filledParameters(parameters.filter(({ name }) => names.has(name)), rule),
    ...images.map(({ name, shape }) => filledInput(name, shape)),
  );
}

async function zenScore(structure: Structure, settings: ScoringSettings, backend?: Backend): Promise<number> {
  if (!backend) throw new TypeError("Cannot take a Zen-score without a backend");
  const network = zenGraph(structure, settings);
  const feeds = settings.fill === "reference" ? referenceFeeds(network, settings) : {};
  using program = backend.compile(network.graph);
  const [score] = await program.run({ seed: settings.seed, draw: settings.draw, feeds });
  return score![0]!;
}

/** Zen-score. Variants `reference` and `paper`. */
export const zen: Proxy = {
  name: "zen",
  summary: "reaction of a random network to a perturbed input (Zen-NAS, ICCV 2021)",
  variants: ["reference", "paper"],
  needsBackend: true,
  score: zenScore,
};
