/** The Fisher information of a network's outputs about a few of its weights, in inference mode. */
import type { Backend } from "../../graph/backend.ts";
import { gradients } from "../../graph/grad.ts";
import type { GraphBuilder, NodeId } from "../../graph/graph.ts";
import { columnProducts, type SquareMatrix } from "../../numeric/matrix.ts";
import type { LayerRecord, Network } from "../../networks/layers.ts";
import type { ForwardPass, ProxyGraph } from "./proxy_graph.ts";

/** The first element of a parameter: what the first channel of a node gains with it. */
interface Probe {
  /** The layer's output. */
  readonly output: NodeId;
  /** `[n, h, w, 1]` or `[n, 1]`; undefined for a bias, whose channel gains 1 everywhere. */
  readonly gain: NodeId | undefined;
}

function firstChannel(builder: GraphBuilder, id: NodeId): NodeId {
  return builder.add("slice", [id], { start: 0, length: 1 });
}

/** What the first element of a layer's weight is multiplied with to make each number of the first channel. */
function weightGain(builder: GraphBuilder, { input, weight, output }: LayerRecord): NodeId {
  const node = builder.node(output), first = firstChannel(builder, input);
  if (node.op !== "conv2d") return first;
  const [, kh, kw] = builder.shape(weight) as readonly [number, number, number, number];
  const corner = Float32Array.from({ length: kh * kw }, (_, index) => Number(index === 0));
  const kernel = builder.add("constant", [], { shape: [1, kh, kw, 1], values: [...corner] });
  return builder.add("conv2d", [first, kernel], { ...node.attributes, groups: 1 });
}

function layerProbes(builder: GraphBuilder, layer: LayerRecord): Probe[] {
  const { output } = layer, weight = { output, gain: weightGain(builder, layer) };
  const hasBias = builder.node(output).inputs.length > 2;
  return hasBias ? [weight, { output, gain: undefined }] : [weight];
}

/** Weight and bias of every normalisation up to a node. */
function normProbes(builder: GraphBuilder, last: NodeId): Probe[] {
  return Array.from({ length: last + 1 }, (_, id) => id).flatMap((output) => {
    const { op, inputs, attributes } = builder.node(output);
    if (op !== "normalize") return [];
    const vector = (value: number) => builder.add("constant", [], { shape: [1], values: [value] });
    const [x, mean, variance] = inputs.slice(0, 3).map((id) => firstChannel(builder, id)) as [NodeId, NodeId, NodeId];
    const gain = builder.add("normalize", [x, mean, variance, vector(1), vector(0)], attributes);
    return [{ output, gain }, { output, gain: undefined }];
  });
}

function probesOf(network: Network, logits: NodeId): Probe[] {
  const { builder, layers } = network;
  return [...layers.flatMap((layer) => layerProbes(builder, layer)), ...normProbes(builder, logits)];
}

/** Each image's derivative by a probe, `[n, 1]`, given the gradient by the probe's output. */
function derivative(builder: GraphBuilder, { gain }: Probe, gradient: NodeId): NodeId {
  const first = firstChannel(builder, gradient), images = builder.shape(gradient)[0]!;
  const product = gain === undefined ? first : builder.add("mul", [first, gain], {});
  const shape = builder.shape(product).map((extent, axis) => axis === 0 ? extent : 1);
  return builder.add("reshape", [builder.add("reduce_sum", [product], { shape })], { shape: [images, 1] });
}

/** Backward passes that share a forward pass: more would only make the graph longer. */
const LARGEST_SHARE = 16;

/** The name of the feed that selects the class of a backward pass: 1 in its column of `[images, classes]`, else 0. */
const selectionName = (pass: number): string => `class${pass}`;

/** Each image's derivatives of one logit a pass, `[images, probes]`, of as many passes as share a forward pass. */
function jacobianRows({ network, logits }: ForwardPass, probes: readonly Probe[], share: number): NodeId[] {
  const { builder } = network, shape = builder.shape(logits);
  const outputs = [...new Set(probes.map(({ output }) => output))];
  return Array.from({ length: share }, (_, pass) => {
    const weights = builder.add("input", [], { name: selectionName(pass), shape });
    const found = gradients(builder, { of: logits, withRespectTo: outputs, weights });
    const gradientAt = new Map(outputs.map((id, index) => [id, found[index]!]));
    return builder.add("concat", probes.map((probe) => derivative(builder, probe, gradientAt.get(probe.output)!)), {});
  });
}

/** Selects `share` classes from `first` on; beyond the last class, none. */
function selections(first: number, share: number, [images, classes]: readonly [number, number]) {
  const selected = (chosen: number): Float32Array =>
    Float32Array.from({ length: images * classes }, (_, index) => Number(index % classes === chosen));
  return Object.fromEntries(Array.from({ length: share }, (_, pass) => [selectionName(pass), selected(first + pass)]));
}

/** How much of every probability is spread evenly, so that no class is impossible and none is certain. */
const SPREAD = 0.05;

/** Softmax of one image's logits, with a share spread evenly. */
function probabilities(logits: Float32Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = Float64Array.from(logits, (value) => Math.exp(value - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => (1 - SPREAD) * value / total + SPREAD / logits.length);
}

/** The rows √p_c·(j_c − m), m = Σ_c p_c·j_c, of one image: their products are Jᵀ(diag p − p·pᵀ)J. */
function centredRows(jacobian: readonly Float32Array[], p: Float64Array): Float64Array {
  const probes = jacobian[0]!.length, mean = new Float64Array(probes);
  jacobian.forEach((row, c) => row.forEach((value, probe) => mean[probe]! += p[c]! * value));
  const rows = new Float64Array(jacobian.length * probes);
  jacobian.forEach((row, c) =>
    row.forEach((value, probe) => rows[c * probes + probe] = Math.sqrt(p[c]!) * (value - mean[probe]!))
  );
  return rows;
}

/** The matrix from each class's derivatives `[n, probes]` and the logits `[n, classes]`. */
function informationOf(byClass: readonly Float32Array[], logits: Float32Array): SquareMatrix {
  const classes = byClass.length, images = logits.length / classes, probes = byClass[0]!.length / images;
  const rows = new Float64Array(images * classes * probes);
  for (let image = 0; image < images; image++) {
    const jacobian = byClass.map((values) => values.subarray(image * probes, (image + 1) * probes));
    const p = probabilities(logits.subarray(image * classes, (image + 1) * classes));
    rows.set(centredRows(jacobian, p), image * classes * probes);
  }
  const { size, values } = columnProducts({ columns: probes, values: rows });
  return { size, values: values.map((value) => value / images) };
}

/**
 * The Fisher information matrix of the class that a network in inference mode predicts about the first element of every
 * learnable tensor: the mean over images of Jᵀ(diag p − p·pᵀ)J, J = ∂logits/∂elements, p the image's class probabilities
 * of which 5 % are spread evenly, as in the published code. An image's logits depend on no other image, so one backward
 * pass a class holds the derivatives of all images.
 */
export async function fisherInformation(
  graph: ProxyGraph,
  forward: ForwardPass,
  backend: Backend,
): Promise<SquareMatrix> {
  const { network, logits } = forward, probes = probesOf(network, logits);
  const extents = graph.builder.shape(logits) as readonly [number, number], [, classes] = extents;
  const share = Math.min(LARGEST_SHARE, Math.ceil(classes / backend.concurrency));
  const runs = Array.from({ length: Math.ceil(classes / share) }, (_, run) => selections(run * share, share, extents));
  const found = await graph.runEach([...jacobianRows(forward, probes, share), logits], runs, backend);
  const byClass = found.flatMap((values) => values.slice(0, -1)).slice(0, classes);
  return informationOf(byClass, found[0]!.at(-1)!);
}
