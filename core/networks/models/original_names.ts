/** How PyTorch programs name the parameters of networks of inverted residuals. */
import type { ConvolutionNames } from "./model_layers.ts";

/** A part of a block. */
export type Part = "expand" | "depthwise" | "gate" | "project";

/** The place of a block: its stage, its number in the stage, its number in the network. */
export interface BlockPlace {
  readonly stage: number;
  readonly index: number;
  readonly number: number;
}

/** The names of one program. */
export interface OriginalNames {
  /** The first convolution. */
  readonly stem: ConvolutionNames;
  /** The prefix of a block. */
  block(place: BlockPlace): string;
  /** A part of a block that has these parts: its convolution and normalisation, or the gate's two convolutions. */
  part(parts: readonly Part[], part: Part): ConvolutionNames;
  /** The last convolution, behind so many blocks. */
  head(blocks: number): ConvolutionNames;
  readonly classifier: string;
}

const pair = (prefix: string | number): ConvolutionNames => [`${prefix}.0`, `${prefix}.1`];

/** torchvision's MobileNetV2: layers are numbered, and the projection's two stand beside the pairs before it. */
export const torchvisionV2: OriginalNames = {
  stem: pair("features.0"),
  block: ({ number }) => `features.${number + 1}.conv`,
  part: (parts, part) => {
    const at = parts.indexOf(part);
    return part === "project" ? [`${at}`, `${at + 1}`] : pair(at);
  },
  head: (blocks) => pair(`features.${blocks + 1}`),
  classifier: "classifier.1",
};

/** torchvision's MobileNetV3: every part of a block is numbered, its gate too. */
export const torchvisionV3: OriginalNames = {
  stem: pair("features.0"),
  block: ({ number }) => `features.${number + 1}.block`,
  part: (parts, part) => {
    const at = parts.indexOf(part);
    return part === "gate" ? [`${at}.fc1`, `${at}.fc2`] : pair(at);
  },
  head: (blocks) => pair(`features.${blocks + 1}`),
  classifier: "classifier.3",
};

/** torchvision's EfficientNets: the same, but blocks are numbered by stage. */
export const torchvisionStages: OriginalNames = {
  ...torchvisionV3,
  block: ({ stage, index }) => `features.${stage + 1}.${index}.block`,
  head: () => pair("features.8"),
  classifier: "classifier.1",
};

/** geffnet and timm: layers have names, normalisations are numbered. */
export const geffnet: OriginalNames = {
  stem: ["conv_stem", "bn1"],
  block: ({ stage, index }) => `blocks.${stage}.${index}`,
  part: (parts, part) => {
    if (part === "gate") return ["se.conv_reduce", "se.conv_expand"];
    const convolutions = parts.filter((other) => other !== "gate"), number = convolutions.indexOf(part) + 1;
    const project = convolutions.length === 3 ? "conv_pwl" : "conv_pw";
    return [{ expand: "conv_pw", depthwise: "conv_dw", project }[part], `bn${number}`];
  },
  head: () => ["conv_head", "bn2"],
  classifier: "classifier",
};
