/**
 * EfficientNet-B0 … B7. `efficientnet_b0` … have symmetric padding, `tf_efficientnet_b0` … TensorFlow's padding and
 * epsilon, which the weights of the paper's authors need; both have the names of geffnet and timm.
 * `torchvision_efficientnet_b0` … are the first with torchvision's names.
 */
import { figures, type KnownFigures } from "./figures.ts";
import { type InvertedResidualNetwork, lowerInvertedResiduals, roundChannels } from "./inverted_residuals.ts";
import type { Model } from "./model.ts";
import { geffnet, torchvisionStages } from "./original_names.ts";

type Row = readonly [repeats: number, kernel: number, stride: number, expansion: number, channels: number];

/** B0; the others are wider and deeper. */
const rows: readonly Row[] = [
  [1, 3, 1, 1, 16],
  [2, 3, 2, 6, 24],
  [2, 5, 2, 6, 40],
  [3, 3, 2, 6, 80],
  [3, 5, 1, 6, 112],
  [4, 5, 2, 6, 192],
  [1, 3, 1, 6, 320],
];

function scaled(width: number, depth: number): Omit<InvertedResidualNetwork, "names"> {
  const wide = (channels: number): number => roundChannels(channels * width);
  return {
    activation: "swish",
    stem: wide(32),
    stages: rows.map(([repeats, kernel, stride, expansion, channels]) => [{
      repeats: Math.ceil(repeats * depth),
      kernel,
      stride,
      expansion,
      channels: wide(channels),
      gated: true,
      activation: "swish",
    }]),
    gate: ({ inputs }) => ({ channels: roundChannels(inputs / 4, 1), activation: "swish", gate: "sigmoid" }),
    head: wide(1280),
  };
}

/** TensorFlow's epsilon, which is not PyTorch's. */
const EPSILON = 1e-3;

/** What each program adds to the names of its networks, and to the networks. */
const programs: Readonly<
  Record<string, (size: number) => Pick<InvertedResidualNetwork, "names" | "epsilon" | "padding">>
> = {
  "efficientnet_b": () => ({ names: geffnet }),
  "tf_efficientnet_b": () => ({ names: geffnet, epsilon: EPSILON, padding: "same" }),
  "torchvision_efficientnet_b": (size) => ({ names: torchvisionStages, ...(size < 5 ? {} : { epsilon: EPSILON }) }),
};

/** The function that makes the original. */
const originalOf = (name: string): string =>
  name.startsWith("torchvision_") ? name.replace("_", ".") : `geffnet.${name}`;

type Size = readonly [width: number, depth: number, resolution: number, published: KnownFigures];

/** With the paper's figures (ICML 2019), and the latencies of B3, B5 and B6 of Zen-NAS's table. */
const sizes: readonly Size[] = [
  [1, 1, 224, { params: 5.3e6, flops: 0.39e9, top1Percent: 76.3 }],
  [1, 1.1, 240, { params: 7.8e6, flops: 0.7e9, top1Percent: 78.8 }],
  [1.1, 1.2, 260, { params: 9.2e6, flops: 1e9, top1Percent: 79.8 }],
  [1.2, 1.4, 300, {
    ...{ params: 12e6, flops: 1.8e9, top1Percent: 81.1 },
    ...{ v100MsPerImage: 1.12, t4MsPerImage: 1.86, pixel2Ms: 569.3 },
  }],
  [1.4, 1.8, 380, { params: 19e6, flops: 4.2e9, top1Percent: 82.6 }],
  [1.6, 2.2, 456, {
    ...{ params: 30e6, flops: 9.9e9, top1Percent: 83.3 },
    ...{ v100MsPerImage: 4.5, t4MsPerImage: 7, pixel2Ms: 2580 },
  }],
  [1.8, 2.6, 528, {
    ...{ params: 43e6, flops: 19e9, top1Percent: 84 },
    ...{ v100MsPerImage: 7.64, t4MsPerImage: 12.3, pixel2Ms: 4288 },
  }],
  [2, 3.1, 600, { params: 66e6, flops: 37e9, top1Percent: 84.4 }],
];

/** EfficientNets by name. */
export const efficientnets: Readonly<Record<string, Model>> = Object.fromEntries(
  Object.entries(programs).flatMap(([prefix, program]) =>
    sizes.map(([width, depth, resolution, published], size): [string, Model] => {
      const name = `${prefix}${size}`, spec = { ...scaled(width, depth), ...program(size) };
      return [name, {
        original: originalOf(name),
        classes: 1000,
        resolution,
        published: figures(published),
        lower: (network, site) => lowerInvertedResiduals(network, site, spec),
      }];
    })
  ),
);
