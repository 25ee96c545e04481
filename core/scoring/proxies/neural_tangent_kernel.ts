/** The neural tangent kernel of a batch: products of single images' gradients. */
import type { Backend } from "../../graph/backend.ts";
import { gradients } from "../../graph/grad.ts";
import { GraphBuilder, type Node, type NodeId } from "../../graph/graph.ts";
import type { LayerRecord, Network } from "../../networks/layers.ts";
import { elementCount } from "../../graph/shape.ts";
import type { ForwardPass, ProxyGraph } from "./proxy_graph.ts";

/** What the network's weights are: those of convolutions, normalisations and linear layers, but no biases. */
function namedWeights({ parameters, parameterNodes }: Network): NodeId[] {
  return parameterNodes.filter((_, index) => parameters[index]!.role.endsWith("_weight"));
}

/** Products of the rows of images' tensors, `[images, images]`. */
function gram(builder: GraphBuilder, rows: NodeId): NodeId {
  return builder.add("linear", [rows, rows], {});
}

/** One tensor an image as rows: `[images, elements]`. */
function stacked(builder: GraphBuilder, tensors: readonly NodeId[]): NodeId {
  const count = elementCount(builder.shape(tensors[0]!));
  const flat = tensors.map((id) => builder.add("reshape", [id], { shape: [count] }));
  return builder.add("reshape", [builder.add("concat", flat, {})], { shape: [tensors.length, count] });
}

/** Images whose backward passes share a forward pass: more would hold more gradients at once for little less work. */
const LARGEST_SHARE = 16;

/** The name of the feed that selects the image of a backward pass: 1 in its row of `[images, 1]`, else 0. */
const selectionName = (pass: number): string => `image${pass}`;

/** The gradients of single images' Σ logits by each weight, in rows: `[share, elements]`. */
function gradientRows({ network, logits }: ForwardPass, share: number): NodeId[] {
  const { builder } = network, withRespectTo = namedWeights(network);
  const [images, classes] = builder.shape(logits) as readonly [number, number];
  const ones = builder.add("constant", [], { shape: [classes, 1], values: [1] });
  const passes = Array.from({ length: share }, (_, pass) => {
    const selection = builder.add("input", [], { name: selectionName(pass), shape: [images, 1] });
    return gradients(builder, { of: logits, withRespectTo, weights: builder.add("linear", [selection, ones], {}) });
  });
  return withRespectTo.map((_, index) => stacked(builder, passes.map((found) => found[index]!)));
}

/** Selects `share` images from `first` on; beyond the last image, none. */
function selections(first: number, { share, images }: { readonly share: number; readonly images: number }) {
  const selected = (image: number): Float32Array =>
    Float32Array.from({ length: images }, (_, index) => Number(index === image));
  return Object.fromEntries(
    Array.from({ length: share }, (_, pass) => [selectionName(pass), selected(first + pass)]),
  );
}

/** One weight's rows of all images, `[images, elements]`, from those of each share. */
function joinedRows(shares: readonly Float32Array[], { share, images }: {
  readonly share: number;
  readonly images: number;
}): Float32Array {
  const elements = shares[0]!.length / share, rows = new Float32Array(images * elements);
  shares.forEach((values, index) => {
    const first = index * share, count = Math.min(share, images - first);
    rows.set(values.subarray(0, count * elements), first * elements);
  });
  return rows;
}

/** The products of each weight's rows, `[images, images]`, one a weight. */
async function rowProducts(weights: readonly Float32Array[], options: {
  readonly images: number;
  readonly backend: Backend;
}): Promise<Float32Array[]> {
  const { images, backend } = options, builder = new GraphBuilder();
  const products = weights.map((rows, index) =>
    gram(builder, builder.add("input", [], { name: `${index}`, shape: [images, rows.length / images] }))
  );
  using program = backend.compile(builder.build(products));
  return await program.run({ feeds: Object.fromEntries(weights.map((rows, index) => [`${index}`, rows])) });
}

/**
 * The kernel's parts, one a weight: their sum is the products of the gradients of each image's Σ logits by all weights.
 * Batch statistics couple the images, so there is a backward pass an image; shares of the images go beside each other.
 */
export async function exactKernel(graph: ProxyGraph, backend: Backend): Promise<Float32Array[]> {
  const pass = graph.forward(graph.images()), images = graph.builder.shape(pass.logits)[0]!;
  const share = Math.min(LARGEST_SHARE, Math.ceil(images / backend.concurrency)), extents = { share, images };
  const runs = Array.from({ length: Math.ceil(images / share) }, (_, run) => selections(run * share, extents));
  const found = await graph.runEach(gradientRows(pass, share), runs, backend);
  const weights = found[0]!.map((_, index) => joinedRows(found.map((values) => values[index]!), extents));
  return await rowProducts(weights, { images, backend });
}

/** Products of each image's gradient by a layer's weight, given the gradient by the layer's output. */
function layerProducts(builder: GraphBuilder, { input, weight, output }: LayerRecord, gradient: NodeId): NodeId {
  const node = builder.node(output), [images] = builder.shape(output) as readonly [number];
  if (node.op !== "conv2d") return builder.add("mul", [gram(builder, gradient), gram(builder, input)], {});
  const [, kh, kw] = builder.shape(weight) as readonly [number, number, number, number];
  const each = builder.add("conv2d_weight", [input, gradient], {
    ...node.attributes,
    kernel: [kh, kw],
    perImage: true,
  });
  const rows = [images, elementCount(builder.shape(weight))];
  return gram(builder, builder.add("reshape", [each], { shape: rows }));
}

type Normalize = Extract<Node, { readonly op: "normalize" }>;

/** Products of each image's gradient by a normalisation's weight, given the gradient by its output. */
function normProducts(builder: GraphBuilder, { inputs, attributes, shape }: Normalize, gradient: NodeId): NodeId {
  const [x, mean, variance] = inputs as readonly [NodeId, NodeId, NodeId], channels = shape.at(-1)!;
  const vector = (value: number): NodeId => builder.add("constant", [], { shape: [channels], values: [value] });
  const normalized = builder.add("normalize", [x, mean, variance, vector(1), vector(0)], attributes);
  const product = builder.add("mul", [gradient, normalized], {});
  const perImage = builder.add("reduce_sum", [product], { shape: [shape[0]!, 1, 1, channels] });
  return gram(builder, builder.add("reshape", [perImage], { shape: [shape[0]!, channels] }));
}

/**
 * The kernel's parts where batch statistics do not move: then an image's logits depend on no other image, and one backward
 * pass holds all images' gradients side by side.
 */
export async function fixedStatisticsKernel(graph: ProxyGraph, backend: Backend): Promise<Float32Array[]> {
  const { network, logits } = graph.forward(graph.images()), { builder, layers } = network;
  const nodes = Array.from({ length: logits + 1 }, (_, id) => builder.node(id));
  const norms = nodes.flatMap((node, id) => node.op === "normalize" ? [{ node, id }] : []);
  const constants = norms.flatMap(({ node }) => [node.inputs[1]!, node.inputs[2]!]);
  const withRespectTo = [...layers.map(({ output }) => output), ...norms.map(({ id }) => id)];
  const found = gradients(builder, { of: logits, withRespectTo, constants });
  const products = [
    ...layers.map((layer, index) => layerProducts(builder, layer, found[index]!)),
    ...norms.map(({ node }, index) => normProducts(builder, node, found[layers.length + index]!)),
  ];
  return await graph.run(products, backend);
}
