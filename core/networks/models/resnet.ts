/**
 * Residual networks (He et al., arXiv 1512.03385): torchvision's for ImageNet, with the stride of a bottleneck on its 3×3
 * convolution, and those for CIFAR of akamaster/pytorch_resnet_cifar10, whose links subsample and pad with zeros.
 */
import type { NodeId } from "../../graph/graph.ts";
import type { Network } from "../layers.ts";
import type { LoweredStructure } from "../masternet/mod.ts";
import { figures } from "./figures.ts";
import type { Model, ModelSite } from "./model.ts";
import { ModelLayers } from "./model_layers.ts";

/** One block of a network, and what is before it. */
interface BlockSite {
  readonly x: NodeId;
  readonly name: string;
  readonly channels: number;
  readonly stride: number;
}

type Branch = (layers: ModelLayers, site: BlockSite) => NodeId;

/** Two 3×3 convolutions. */
const basic: Branch = (layers, { x, name, channels, stride }) => {
  const first = { channels, kernel: 3, stride, activation: "relu" } as const;
  const y = layers.convolution(x, [`${name}.conv1`, `${name}.bn1`], first);
  return layers.convolution(y, [`${name}.conv2`, `${name}.bn2`], { channels, kernel: 3 });
};

/** A 3×3 convolution between two of one pixel; the last has four times the channels. */
const bottleneck: Branch = (layers, { x, name, channels, stride }) => {
  const relu = { channels, activation: "relu" } as const;
  const y = layers.convolution(x, [`${name}.conv1`, `${name}.bn1`], { ...relu, kernel: 1 });
  const z = layers.convolution(y, [`${name}.conv2`, `${name}.bn2`], { ...relu, kernel: 3, stride });
  return layers.convolution(z, [`${name}.conv3`, `${name}.bn3`], { channels: 4 * channels, kernel: 1 });
};

/** What differs between the networks. */
interface Kind {
  readonly branch: Branch;
  /** Channels of the block's output over those of its branch. */
  readonly expansion: number;
  /** Channels of each stage's branches; all stages but the first begin with a stride of 2. */
  readonly channels: readonly number[];
  readonly linear: string;
  /** The first layers. */
  stem(layers: ModelLayers, network: Network, x: NodeId): NodeId;
  /** What goes past a branch that changes the extents. */
  past(layers: ModelLayers, site: BlockSite & { readonly branch: NodeId; readonly outputs: number }): NodeId;
}

const stemNames = ["conv1", "bn1"] as const;

const imagenet = {
  channels: [64, 128, 256, 512],
  linear: "fc",
  stem: (layers, { builder }, x) => {
    const y = layers.convolution(x, stemNames, { channels: 64, kernel: 7, stride: 2, activation: "relu" });
    return builder.add("max_pool", [y], { kernel: 3, stride: 2, padding: 1 });
  },
  past: (layers, { x, name, stride, outputs }) =>
    layers.convolution(x, [`${name}.downsample.0`, `${name}.downsample.1`], { channels: outputs, kernel: 1, stride }),
} as const satisfies Partial<Kind>;

const kinds = {
  basic: { ...imagenet, branch: basic, expansion: 1 },
  bottleneck: { ...imagenet, branch: bottleneck, expansion: 4 },
  cifar: {
    branch: basic,
    expansion: 1,
    channels: [16, 32, 64],
    linear: "linear",
    stem: (layers, _, x) => layers.convolution(x, stemNames, { channels: 16, kernel: 3, activation: "relu" }),
    past: (layers, { x, stride, branch }) => layers.subsampled(x, { stride, like: branch }),
  },
} as const satisfies Record<string, Kind>;

function lower(
  network: Network,
  site: ModelSite,
  { kind, depths }: { kind: Kind; depths: readonly number[] },
): LoweredStructure {
  const layers = new ModelLayers(network, site);
  let x = kind.stem(layers, network, site.input), inputs = kind.channels[0]!;
  kind.channels.forEach((channels, stage) => {
    for (let index = 0; index < depths[stage]!; index++) {
      const at = { x, name: `layer${stage + 1}.${index}`, channels, stride: stage > 0 && index === 0 ? 2 : 1 };
      const branch = kind.branch(layers, at), outputs = channels * kind.expansion;
      const same = at.stride === 1 && inputs === outputs;
      const sum = layers.residual(branch, () => same ? at.x : kind.past(layers, { ...at, branch, outputs }));
      x = layers.block(layers.activation(sum, "relu"));
      inputs = outputs;
    }
  });
  return layers.classified(x, kind.linear);
}

type ImageNetRow = readonly [
  kind: "basic" | "bottleneck",
  depths: readonly number[],
  params: number,
  flops: number,
  top1Percent: number,
];

/** With the figures of torchvision's first weights. */
const imagenetRows: Readonly<Record<string, ImageNetRow>> = {
  resnet18: ["basic", [2, 2, 2, 2], 11.7e6, 1.81e9, 69.758],
  resnet34: ["basic", [3, 4, 6, 3], 21.8e6, 3.66e9, 73.314],
  resnet50: ["bottleneck", [3, 4, 6, 3], 25.6e6, 4.09e9, 76.13],
  resnet101: ["bottleneck", [3, 4, 23, 3], 44.5e6, 7.8e9, 77.374],
  resnet152: ["bottleneck", [3, 8, 36, 3], 60.2e6, 11.51e9, 78.312],
};

/** Blocks a stage, and figures: 6 times as many layers and 2. */
const cifarRows: Readonly<Record<string, readonly [blocks: number, params: number, top1Percent: number]>> = {
  resnet20: [3, 0.27e6, 91.73],
  resnet32: [5, 0.46e6, 92.63],
  resnet44: [7, 0.66e6, 93.1],
  resnet56: [9, 0.85e6, 93.39],
  resnet110: [18, 1.7e6, 93.68],
};

/** ResNet-18 … 152 and `cifar_resnet20` … `110`, by name. */
export const resnets: Readonly<Record<string, Model>> = Object.fromEntries([
  ...Object.entries(imagenetRows).map(([name, [kind, depths, params, flops, top1Percent]]): [string, Model] => [name, {
    original: `torchvision.${name}`,
    classes: 1000,
    resolution: 224,
    published: figures({ params, flops, top1Percent }),
    lower: (network, site) => lower(network, site, { kind: kinds[kind], depths }),
  }]),
  ...Object.entries(cifarRows).map(([name, [blocks, params, top1Percent]]): [string, Model] => [`cifar_${name}`, {
    original: `pytorch_resnet_cifar10.${name}`,
    classes: 10,
    resolution: 32,
    published: figures({ params, flops: null, top1Percent }),
    lower: (network, site) => lower(network, site, { kind: kinds.cifar, depths: [blocks, blocks, blocks] }),
  }]),
]);
