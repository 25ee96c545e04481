/** What many proxies begin with: the cross-entropy of a labelled batch, and its gradients by the network's weights. */
import { gradients } from "../../graph/grad.ts";
import type { GraphBuilder, NodeId } from "../../graph/graph.ts";
import { isLearnable, type Network } from "../../networks/layers.ts";
import { crossEntropy } from "../../train/losses.ts";
import type { ForwardPass, ProxyGraph } from "./proxy_graph.ts";

/** A network behind a labelled batch. */
export interface LossPass extends ForwardPass {
  /** The mean cross-entropy, `[1]`. */
  readonly loss: NodeId;
}

/** The network in training mode behind one of the score's batches, and its loss there. */
export function lossPass(graph: ProxyGraph, which: 0 | 1 = 0): LossPass {
  const pass = graph.forward(graph.images({ which })), targets = graph.labels(which);
  return { ...pass, loss: crossEntropy(graph.builder, { logits: pass.logits, targets }) };
}

/** The weights of all convolutions and linear layers, in order. */
export function layerWeights({ layers }: Network): NodeId[] {
  return layers.map(({ weight }) => weight);
}

/** The nodes of all parameters that training changes, in order. */
export function learnableNodes({ parameters, parameterNodes }: Network): NodeId[] {
  return parameterNodes.filter((_, index) => isLearnable(parameters[index]!));
}

/** A weight and the gradient by it. */
export interface WeightGradient {
  /** Node of the weight. */
  readonly weight: NodeId;
  /** Node of the gradient, in the weight's shape. */
  readonly gradient: NodeId;
}

/** The gradients of a pass's loss by its layers' weights. */
export function weightGradients(builder: GraphBuilder, { network, loss }: LossPass): WeightGradient[] {
  const weights = layerWeights(network), found = gradients(builder, { of: loss, withRespectTo: weights });
  return weights.map((weight, index) => ({ weight, gradient: found[index]! }));
}

/** Σ of the products of two tensors' elements, `[1]`. */
export function dot(builder: GraphBuilder, x: NodeId, y: NodeId): NodeId {
  return builder.add("sum", [builder.add("mul", [x, y], {})], {});
}

/** The sum of scalars that came back from a device, in float64. */
export function total(scalars: readonly Float32Array[], change: (value: number) => number = (value) => value): number {
  return scalars.reduce((sum, [value]) => sum + change(value!), 0);
}
