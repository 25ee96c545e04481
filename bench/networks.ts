/** The networks that are scored: the zoo's for CIFAR. */
import { gradients } from "../core/graph/grad.ts";
import type { Graph } from "../core/graph/graph.ts";
import { nodeMacs } from "../core/graph/graph.ts";
import { parseStructure } from "../core/networks/masternet/mod.ts";
import { type NetworkDesign, ProxyGraph, structureDesign, zenGraph } from "../core/scoring/mod.ts";
import { nhwc, ohwi } from "../core/graph/shape.ts";
import { zooEntry, zooNames } from "../core/networks/zoo/mod.ts";

/** A network by its published name. */
export interface Subject {
  readonly name: string;
  readonly structure: string;
}

/** The batch size of the published searches. */
export const BATCH = 64;
/** Rows and columns of a CIFAR image. */
export const RESOLUTION = 32;

/** The zoo's CIFAR-10 networks. */
export function cifarSubjects(): Subject[] {
  return zooNames.filter((name) => name.startsWith("zennet_cifar10_")).map((name) => ({
    name,
    structure: zooEntry(name).structure,
  }));
}

/** The extents of a depthwise convolution on a square input. */
export interface DepthwiseLayer {
  readonly size: number;
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
}

/** The depthwise convolutions of the zoo, each once. */
export function zooDepthwise(): DepthwiseLayer[] {
  const layers = new Map<string, DepthwiseLayer>();
  for (const { structure, resolution } of zooNames.map(zooEntry)) {
    const graph = zenGraph(designOf(structure, resolution), { ...SETTINGS, batch: 1 });
    for (const { op, inputs, attributes } of graph.nodes) {
      if (op !== "conv2d" || attributes.groups === 1) continue;
      const [, size, , channels] = nhwc(graph.nodes[inputs[0]!]!.shape, "input");
      const [, kernel] = ohwi(graph.nodes[inputs[1]!]!.shape, "weight"), { stride } = attributes;
      layers.set([size, channels, kernel, stride].join(), { size, channels, kernel, stride });
    }
  }
  return [...layers.values()];
}

/** Everything that a score depends on except the network. */
export const SETTINGS = {
  batch: BATCH,
  gamma: 0.01,
  variant: "reference",
  seed: 1,
  draw: 0,
  fill: "gaussian",
  weights: "unit",
  labels: "random",
} as const;

/** Classes of a network's classifier. */
export const CLASSES = 10;

/** A network as searches score it, without residual links. */
export function designOf(structure: string, resolution = RESOLUTION): NetworkDesign {
  return structureDesign(parseStructure(structure), { resolution, classes: CLASSES, residualLinks: false });
}

/** The graph of a Zen-score, built from the string as a search does. */
export function scoreGraph(structure: string): Graph {
  return zenGraph(designOf(structure), SETTINGS);
}

/** The gradients of Σ logits by every weight of a layer. */
export function gradientGraph(structure: string): Graph {
  const graph = new ProxyGraph(designOf(structure), SETTINGS), { builder } = graph;
  const { network, logits } = graph.forward(graph.images());
  const withRespectTo = network.layers.map(({ weight }) => weight);
  return builder.build(gradients(builder, { of: logits, withRespectTo }));
}

/** Multiply-adds of a graph. */
export function graphMacs(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + nodeMacs(graph, node), 0);
}
