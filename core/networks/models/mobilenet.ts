/** MobileNetV2 with torchvision's names; MobileNetV3 with those of geffnet and timm, and with torchvision's. */
import type { Activation } from "../layers.ts";
import { figures, type KnownFigures } from "./figures.ts";
import {
  type BlockRow,
  type InvertedResidualNetwork,
  lowerInvertedResiduals,
  roundChannels,
} from "./inverted_residuals.ts";
import type { Model } from "./model.ts";
import { geffnet, torchvisionV2, torchvisionV3 } from "./original_names.ts";

type V2Row = readonly [repeats: number, stride: number, expansion: number, channels: number];

const v2Rows: readonly V2Row[] = [
  [1, 1, 1, 16],
  [2, 2, 6, 24],
  [3, 2, 6, 32],
  [4, 2, 6, 64],
  [3, 1, 6, 96],
  [3, 2, 6, 160],
  [1, 1, 6, 320],
];

const v2: InvertedResidualNetwork = {
  names: torchvisionV2,
  activation: "relu6",
  stem: 32,
  stages: v2Rows.map(([repeats, stride, expansion, channels]) => [
    { repeats, kernel: 3, stride, expansion, channels, gated: false, activation: "relu6" },
  ]),
  head: 1280,
};

type V3Row = readonly [
  repeats: number,
  kernel: number,
  stride: number,
  expansion: number,
  channels: number,
  gated: boolean,
  activation: Activation,
];

const largeStages: readonly (readonly V3Row[])[] = [
  [[1, 3, 1, 1, 16, false, "relu"]],
  [[1, 3, 2, 4, 24, false, "relu"], [1, 3, 1, 3, 24, false, "relu"]],
  [[3, 5, 2, 3, 40, true, "relu"]],
  [
    [1, 3, 2, 6, 80, false, "hard_swish"],
    [1, 3, 1, 2.5, 80, false, "hard_swish"],
    [2, 3, 1, 2.3, 80, false, "hard_swish"],
  ],
  [[2, 3, 1, 6, 112, true, "hard_swish"]],
  [[3, 5, 2, 6, 160, true, "hard_swish"]],
];

const smallStages: readonly (readonly V3Row[])[] = [
  [[1, 3, 2, 1, 16, true, "relu"]],
  [[1, 3, 2, 4.5, 24, false, "relu"], [1, 3, 1, 3.67, 24, false, "relu"]],
  [[1, 5, 2, 4, 40, true, "hard_swish"], [2, 5, 1, 6, 40, true, "hard_swish"]],
  [[2, 5, 1, 3, 48, true, "hard_swish"]],
  [[3, 5, 2, 6, 96, true, "hard_swish"]],
];

const rowOf = ([repeats, kernel, stride, expansion, channels, gated, activation]: V3Row): BlockRow => ({
  repeats,
  kernel,
  stride,
  expansion,
  channels,
  gated,
  activation,
});

type Scheme =
  & Pick<InvertedResidualNetwork, "names" | "epsilon">
  & Pick<NonNullable<InvertedResidualNetwork["hidden"]>, "name" | "as">;

/** geffnet counts the last convolution as one more stage, and its second head as the head. */
const schemes = {
  geffnet: (stages: number): Scheme => ({
    names: { ...geffnet, head: () => [`blocks.${stages}.0.conv`, `blocks.${stages}.0.bn1`] },
    name: "conv_head",
    as: "convolution",
  }),
  torchvision: (): Scheme => ({ names: torchvisionV3, epsilon: 1e-3, name: "classifier.0", as: "linear" }),
} as const;

const sizes = {
  small: { stages: smallStages, head: 576, hidden: 1024, geffnet: "mobilenetv3_small_100" },
  large: { stages: largeStages, head: 960, hidden: 1280, geffnet: "mobilenetv3_large_100" },
} as const;

function v3(size: keyof typeof sizes, program: keyof typeof schemes): InvertedResidualNetwork {
  const { stages, head, hidden: channels } = sizes[size], { name, as, ...scheme } = schemes[program](stages.length);
  return {
    ...scheme,
    activation: "hard_swish",
    stem: 16,
    stages: stages.map((rows) => rows.map(rowOf)),
    gate: ({ expanded }) => ({ channels: roundChannels(expanded / 4), activation: "relu", gate: "hard_sigmoid" }),
    head,
    hidden: { name, channels, as },
  };
}

function model(original: string, spec: InvertedResidualNetwork, published: KnownFigures): Model {
  return {
    original,
    classes: 1000,
    resolution: 224,
    published: figures(published),
    lower: (network, site) => lowerInvertedResiduals(network, site, spec),
  };
}

/** The papers' figures. */
const published = {
  v2: { params: 3.4e6, flops: 300e6, top1Percent: 72 },
  small: { params: 2.5e6, flops: 56e6, top1Percent: 67.4 },
  large: { params: 5.4e6, flops: 219e6, top1Percent: 75.2 },
};

/** MobileNets by name. */
export const mobilenets: Readonly<Record<string, Model>> = {
  mobilenet_v2: model("torchvision.mobilenet_v2", v2, published.v2),
  ...Object.fromEntries((["small", "large"] as const).flatMap((size) => [
    [`mobilenet_v3_${size}`, model(`geffnet.${sizes[size].geffnet}`, v3(size, "geffnet"), published[size])],
    [
      `torchvision_mobilenet_v3_${size}`,
      model(`torchvision.mobilenet_v3_${size}`, v3(size, "torchvision"), published[size]),
    ],
  ])),
};
