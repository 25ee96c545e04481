/** The pieces that models share: convolutions with what follows them, gates, residual links, classifiers. */
import type { NodeId } from "../../graph/graph.ts";
import type { Activation, ConvolutionOptions, ConvolutionPadding, Network } from "../layers.ts";
import type { LoweredStructure } from "../masternet/mod.ts";
import type { ModelSite } from "./model.ts";

/** Parameter names of a convolution and of the normalisation behind it. */
export type ConvolutionNames = readonly [convolution: string, norm: string];

/** A convolution without a bias, its normalisation, and an activation where there is one. */
export interface NormedConvolution extends Omit<ConvolutionOptions, "bias" | "padding"> {
  readonly activation?: Activation | undefined;
}

/** A squeeze-and-excitation: a gate for each channel, computed from the whole image. */
export interface GateOptions {
  /** Channels between its two convolutions. */
  readonly channels: number;
  /** What is between them. */
  readonly activation: Activation;
  /** What makes the gate of the last one's output. */
  readonly gate: Activation;
}

/** What all layers of a model have in common. */
export interface ModelSettings {
  /** Added to the variance by every normalisation; PyTorch's default is 1e-5. */
  readonly epsilon?: number;
  /** Where convolutions have their zeros; default: `half`. */
  readonly padding?: ConvolutionPadding;
}

/** Adds a model's layers to a network, and keeps the outputs of its blocks. */
export class ModelLayers {
  readonly #network: Network;
  readonly #site: ModelSite;
  readonly #settings: Required<ModelSettings>;
  readonly #blocks: NodeId[] = [];

  /** Nothing yet behind the site's input. */
  constructor(network: Network, site: ModelSite, { epsilon = 1e-5, padding = "half" }: ModelSettings = {}) {
    this.#network = network;
    this.#site = site;
    this.#settings = { epsilon, padding };
  }

  /** A convolution, its normalisation, and an activation where there is one. */
  convolution(x: NodeId, [convolution, norm]: ConvolutionNames, options: NormedConvolution): NodeId {
    const { activation, ...geometry } = options, { padding, epsilon } = this.#settings;
    const sums = this.#network.convolution(x, convolution, { ...geometry, padding });
    const normed = this.#site.batchNorm ? this.#network.batchNorm(sums, norm, { epsilon }) : sums;
    return activation === undefined ? normed : this.activation(normed, activation);
  }

  /** An activation of the network. */
  activation(x: NodeId, activation: Activation): NodeId {
    return this.#network.activation(x, activation);
  }

  /** A squeeze-and-excitation of convolutions with biases; its activations are none of the network's. */
  gated(x: NodeId, [reduce, expand]: readonly [string, string], { channels, activation, gate }: GateOptions): NodeId {
    const { builder } = this.#network, one = { kernel: 1, bias: true };
    const pooled = builder.add("adaptive_average_pool", [x], { size: 1 });
    const reduced = builder.add(activation, [this.#network.convolution(pooled, reduce, { channels, ...one })], {});
    const expanded = this.#network.convolution(reduced, expand, { channels: builder.shape(x).at(-1)!, ...one });
    return builder.add("mul", [x, builder.add(gate, [expanded], {})], {});
  }

  /** The sum of a branch and what goes past it; the branch alone in a form without residual links. */
  residual(branch: NodeId, past: () => NodeId): NodeId {
    if (!this.#site.residualLinks) return branch;
    const last = this.#network.parameters.findLast(({ role }) => role === "norm_weight");
    if (last) this.#network.branchWeights.push(last.name);
    return this.#network.builder.add("add", [branch, past()], {});
  }

  /** Every `stride`-th pixel of x, between as many channels of zeros as make it as deep as `like`. */
  subsampled(x: NodeId, { stride, like }: { readonly stride: number; readonly like: NodeId }): NodeId {
    const { builder } = this.#network;
    const pixels = stride === 1 ? x : builder.add("max_pool", [x], { kernel: 1, stride, padding: 0 });
    const missing = builder.shape(like).at(-1)! - builder.shape(x).at(-1)!, before = missing >> 1;
    return missing === 0 ? pixels : builder.add("pad_channels", [pixels], { before, after: missing - before });
  }

  /** Keeps the output of a block. */
  block(output: NodeId): NodeId {
    this.#blocks.push(output);
    return output;
  }

  /** The mean of each channel, `[n, 1, 1, c]`. */
  pooled(features: NodeId): NodeId {
    return this.#network.builder.add("adaptive_average_pool", [features], { size: 1 });
  }

  /** A linear layer with bias over an image of one pixel, or over a vector. */
  linear(x: NodeId, name: string, outputs: number): NodeId {
    const { builder } = this.#network, vector = builder.shape(x).length === 4 ? builder.add("flatten", [x], {}) : x;
    return this.#network.linear(vector, name, { outputs, bias: true });
  }

  /** The model: its features, and the classifier of that name behind `before`, their means unless told. */
  classified(features: NodeId, name: string, before: NodeId = this.pooled(features)): LoweredStructure {
    return { blocks: this.#blocks, features, logits: this.linear(before, name, this.#site.classes) };
  }
}
