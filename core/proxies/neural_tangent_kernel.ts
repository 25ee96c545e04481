/** The neural tangent kernel of a batch: products of single images' gradients. */
import { gradients } from "../grad.ts";
import type { GraphBuilder, Node, NodeId } from "../graph.ts";
import type { LayerRecord, Network } from "../network.ts";
import { elementCount, type Shape } from "../shape.ts";
import type { ForwardPass } from "./proxy_graph.ts";

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

/** 1 in an image's row of `[images, classes]`, else 0. */
function rowOf(builder: GraphBuilder, image: number, [images, classes]: Shape): NodeId {
  const values = Array.from({ length: images! }, (_, index) => Number(index === image));
  const column = builder.add("constant", [], { shape: [images!, 1], values });
  return builder.add("linear", [column, builder.add("constant", [], { shape: [classes!, 1], values: [1] })], {});
}

/**
 * The kernel's parts, one a weight: their sum is the products of the gradients of each image's Σ logits by all weights.
 * Batch statistics couple the images, so there is a backward pass an image; all share one forward pass.
 */
export function exactKernel({ network, logits }: ForwardPass): NodeId[] {
  const { builder } = network, shape = builder.shape(logits), withRespectTo = namedWeights(network);
  const perImage = Array.from(
    { length: shape[0]! },
    (_, image) => gradients(builder, { of: logits, withRespectTo, weights: rowOf(builder, image, shape) }),
  );
  return withRespectTo.map((_, index) => gram(builder, stacked(builder, perImage.map((found) => found[index]!))));
}

/** A tensor of one image, from a batch's. */
function imageOf(builder: GraphBuilder, id: NodeId, image: number): NodeId {
  const shape = builder.shape(id), length = elementCount(shape.slice(1));
  const row = builder.add("reshape", [id], { shape: [elementCount(shape)] });
  const part = builder.add("slice", [row], { start: image * length, length });
  return builder.add("reshape", [part], { shape: [1, ...shape.slice(1)] });
}

/** Products of each image's gradient by a layer's weight, given the gradient by the layer's output. */
function layerProducts(builder: GraphBuilder, { input, weight, output }: LayerRecord, gradient: NodeId): NodeId {
  const node = builder.node(output);
  if (node.op !== "conv2d") return builder.add("mul", [gram(builder, gradient), gram(builder, input)], {});
  const [, kh, kw] = builder.shape(weight) as readonly [number, number, number, number];
  const perImage = Array.from({ length: builder.shape(output)[0]! }, (_, image) => {
    const operands = [imageOf(builder, input, image), imageOf(builder, gradient, image)];
    return builder.add("conv2d_weight", operands, { ...node.attributes, kernel: [kh, kw] });
  });
  return gram(builder, stacked(builder, perImage));
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
export function fixedStatisticsKernel({ network, logits }: ForwardPass): NodeId[] {
  const { builder, layers } = network, nodes = Array.from({ length: logits + 1 }, (_, id) => builder.node(id));
  const norms = nodes.flatMap((node, id) => node.op === "normalize" ? [{ node, id }] : []);
  const constants = norms.flatMap(({ node }) => [node.inputs[1]!, node.inputs[2]!]);
  const withRespectTo = [...layers.map(({ output }) => output), ...norms.map(({ id }) => id)];
  const found = gradients(builder, { of: logits, withRespectTo, constants });
  return [
    ...layers.map((layer, index) => layerProducts(builder, layer, found[index]!)),
    ...norms.map(({ node }, index) => normProducts(builder, node, found[layers.length + index]!)),
  ];
}
