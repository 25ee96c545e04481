/**
 * Networks of inverted residuals: a convolution of one pixel that expands, a depthwise one, a gate in some, and a
 * convolution of one pixel that projects, linear. MobileNetV2 (arXiv 1801.04381), MobileNetV3 (1905.02244) and
 * EfficientNet (1905.11946) are tables of them.
 */
import type { NodeId } from "../../graph/graph.ts";
import type { Activation, Network } from "../layers.ts";
import type { LoweredStructure } from "../masternet/mod.ts";
import type { ModelSite } from "./model.ts";
import { type ConvolutionNames, type GateOptions, ModelLayers, type ModelSettings } from "./model_layers.ts";
import type { OriginalNames, Part } from "./original_names.ts";

/** Some blocks in a row; the first has the stride. */
export interface BlockRow {
  readonly repeats: number;
  readonly kernel: number;
  readonly stride: number;
  /** Channels of the depthwise convolution over those of the input; 1 means that nothing expands. */
  readonly expansion: number;
  /** Channels of the output. */
  readonly channels: number;
  /** Whether there is a squeeze-and-excitation. */
  readonly gated: boolean;
  readonly activation: Activation;
}

/** A network of inverted residuals. */
export interface InvertedResidualNetwork extends ModelSettings {
  readonly names: OriginalNames;
  /** The activation of the first convolution and of what is behind the blocks. */
  readonly activation: Activation;
  /** Channels of the first convolution, 3×3 with a stride of 2. */
  readonly stem: number;
  /** Rows of blocks by stage, as the original numbers them. */
  readonly stages: readonly (readonly BlockRow[])[];
  /** The squeeze-and-excitation of a block. */
  gate?(channels: { readonly inputs: number; readonly expanded: number }): GateOptions;
  /** Channels of the last convolution. */
  readonly head: number;
  /** A layer with a bias behind the pooling and before the classifier, where there is one. */
  readonly hidden?: { readonly name: string; readonly channels: number; readonly as: "convolution" | "linear" };
}

/** Channels as the papers' programs round them: to the nearest multiple, but not down by more than a tenth. */
export function roundChannels(channels: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor((channels + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * channels ? rounded + divisor : rounded;
}

/** Adds the layers of a network of inverted residuals. */
class Lowering {
  readonly #layers: ModelLayers;
  readonly #network: Network;
  readonly #spec: InvertedResidualNetwork;

  constructor(network: Network, site: ModelSite, spec: InvertedResidualNetwork) {
    this.#layers = new ModelLayers(network, site, spec);
    this.#network = network;
    this.#spec = spec;
  }

  run(input: NodeId): LoweredStructure {
    const { names, stem, head, activation, stages } = this.#spec;
    let x = this.#layers.convolution(input, names.stem, { channels: stem, kernel: 3, stride: 2, activation });
    let inputs = stem, number = 0;
    stages.forEach((rows, stage) => {
      let index = 0;
      for (const row of rows) {
        for (let time = 0; time < row.repeats; time++) {
          const prefix = names.block({ stage, index: index++, number: number++ });
          x = this.#layers.block(this.#block(x, prefix, { ...row, inputs, stride: time === 0 ? row.stride : 1 }));
          inputs = row.channels;
        }
      }
    });
    const features = this.#layers.convolution(x, names.head(number), { channels: head, kernel: 1, activation });
    return this.#layers.classified(features, names.classifier, this.#hidden(this.#layers.pooled(features)));
  }

  #block(x: NodeId, prefix: string, row: BlockRow & { readonly inputs: number }): NodeId {
    const { expansion, gated, stride, inputs, channels } = row;
    const parts: Part[] = [
      ...(expansion === 1 ? [] : ["expand" as const]),
      "depthwise",
      ...(gated ? ["gate" as const] : []),
      "project",
    ];
    const branch = parts.reduce((from, part) => this.#part(from, part, { row, parts, prefix }), x);
    return stride === 1 && inputs === channels ? this.#layers.residual(branch, () => x) : branch;
  }

  #part(x: NodeId, part: Part, { row, parts, prefix }: PartSite): NodeId {
    const { kernel, stride, inputs, channels, activation } = row, { names, gate } = this.#spec;
    const expanded = roundChannels(inputs * row.expansion);
    const of: ConvolutionNames = names.part(parts, part).map((name) => `${prefix}.${name}`) as [string, string];
    switch (part) {
      case "expand":
        return this.#layers.convolution(x, of, { channels: expanded, kernel: 1, activation });
      case "depthwise":
        return this.#layers.convolution(x, of, { channels: expanded, kernel, stride, groups: expanded, activation });
      case "gate":
        return this.#layers.gated(x, of, gate!({ inputs, expanded }));
      case "project":
        return this.#layers.convolution(x, of, { channels, kernel: 1 });
    }
  }

  #hidden(pooled: NodeId): NodeId {
    const { hidden, activation } = this.#spec;
    if (!hidden) return pooled;
    const { name, channels, as } = hidden;
    const sums = as === "linear"
      ? this.#layers.linear(pooled, name, channels)
      : this.#network.convolution(pooled, name, { channels, kernel: 1, bias: true });
    return this.#layers.activation(sums, activation);
  }
}

interface PartSite {
  readonly row: BlockRow & { readonly inputs: number };
  readonly parts: readonly Part[];
  readonly prefix: string;
}

/** Adds a network of inverted residuals to a graph. */
export function lowerInvertedResiduals(
  network: Network,
  site: ModelSite,
  spec: InvertedResidualNetwork,
): LoweredStructure {
  return new Lowering(network, site, spec).run(site.input);
}
