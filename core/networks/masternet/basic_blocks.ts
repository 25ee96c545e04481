/** The basic blocks, of which all other blocks are composed. */
import type { NodeId } from "../../graph/graph.ts";
import type { LoweringSite, PrimitiveDefinition, ReferenceCost } from "./definition.ts";
import { roundHalfToEven } from "./rounding.ts";
import type { Block } from "./structure.ts";

/** The share of the channels between the two convolutions of a squeeze-and-excitation. */
const SQUEEZE_RATIO = 0.25;

const free = (): ReferenceCost => ({ parameters: 0, macs: 0 });

/** The reference's rule: the output's area is the input's area / stride², whatever the window and the padding are. */
function convolutionCost(
  weights: number,
  { resolution, stride }: { resolution: number; stride: number },
): ReferenceCost {
  return { parameters: weights, macs: weights * resolution ** 2 / stride ** 2 };
}

function convolution(name: string, groups: number): PrimitiveDefinition {
  return {
    name,
    arguments: ["in", "out", "kernel", "stride"],
    layers: 1,
    lower: ({ args }, { network, input, name }) => {
      const [, channels, kernel, stride] = args as readonly [number, number, number, number];
      return network.convolution(input, `${name}.netblock`, { channels, kernel, stride, groups });
    },
    referenceCost: ({ args }, { resolution }) => {
      const [inputs, outputs, kernel, stride] = args as readonly [number, number, number, number];
      return convolutionCost(inputs * outputs * kernel ** 2 / groups, { resolution, stride });
    },
  };
}

const depthwise: PrimitiveDefinition = {
  name: "ConvDW",
  arguments: ["channels", "kernel", "stride"],
  layers: 1,
  lower: ({ args }, { network, input, name }) => {
    const [channels, kernel, stride] = args as readonly [number, number, number];
    return network.convolution(input, `${name}.netblock`, { channels, kernel, stride, groups: channels });
  },
  referenceCost: ({ args }, { resolution }) => {
    const [channels, kernel, stride] = args as readonly [number, number, number];
    return convolutionCost(channels * kernel ** 2, { resolution, stride });
  },
};

const normalization: PrimitiveDefinition = {
  name: "BN",
  arguments: ["channels"],
  lower: (_, { batchNorm, input, name }) => batchNorm({ input, name: `${name}.netblock` }),
  referenceCost: ({ args }, { resolution, form }) =>
    form.batchNorm ? { parameters: args[0]!, macs: args[0]! * resolution ** 2 } : free(),
};

const relu: PrimitiveDefinition = {
  name: "RELU",
  arguments: ["channels"],
  lower: (_, { network, input }) => network.relu(input),
  referenceCost: free,
};

const swish: PrimitiveDefinition = {
  name: "Swish",
  arguments: ["channels"],
  lower: (_, { network, input }) => network.builder.add("swish", [input], {}),
  referenceCost: free,
};

const squeezedChannels = (channels: number): number => Math.max(1, roundHalfToEven(channels * SQUEEZE_RATIO));

/**
 * A squeeze-and-excitation: a gate for each channel, computed from the whole image. The layers are named by their
 * positions in PyTorch's Sequential, where positions 0, 3 and 6 have no parameters.
 */
function lowerSqueezeExcite({ args }: Block, site: LoweringSite): NodeId {
  const { network, input, name } = site, { builder } = network, channels = args[0]!;
  const layer = (x: NodeId, position: number, width: number): NodeId => {
    const convolved = network.convolution(x, `${name}.netblock.${position}`, { channels: width, kernel: 1 });
    return site.batchNorm({ input: convolved, name: `${name}.netblock.${position + 1}` });
  };
  const pooled = builder.add("adaptive_average_pool", [input], { size: 1 });
  // Not network.relu: only RELU blocks count as the network's activations.
  const squeezed = builder.add("relu", [layer(pooled, 1, squeezedChannels(channels))], {});
  const gate = builder.add("sigmoid", [layer(squeezed, 4, channels)], {});
  return builder.add("mul", [input, gate], {});
}

const squeezeExcite: PrimitiveDefinition = {
  name: "SE",
  arguments: ["channels"],
  lower: lowerSqueezeExcite,
  referenceCost: ({ args }, { resolution }) => {
    const channels = args[0]!, squeezed = squeezedChannels(channels), weights = 2 * channels * squeezed;
    return {
      parameters: weights + 2 * squeezed + 2 * channels,
      macs: weights + channels + channels * resolution ** 2,
    };
  },
};

const adaptiveAveragePool: PrimitiveDefinition = {
  name: "AdaptiveAvgPool",
  arguments: ["channels", "size"],
  lower: ({ args }, { network, input }) => network.builder.add("adaptive_average_pool", [input], { size: args[1]! }),
  referenceCost: free,
};

const maxPool: PrimitiveDefinition = {
  name: "MaxPool",
  arguments: ["channels", "kernel", "stride"],
  lower: ({ args }, { network, input }) => {
    const [, kernel, stride] = args as readonly [number, number, number];
    return network.builder.add("max_pool", [input], { kernel, stride, padding: (kernel - 1) >> 1 });
  },
  referenceCost: free,
};

const flatten: PrimitiveDefinition = {
  name: "Flatten",
  arguments: ["channels"],
  lower: (_, { network, input }) => network.builder.add("flatten", [input], {}),
  referenceCost: free,
};

const linear: PrimitiveDefinition = {
  name: "Linear",
  arguments: ["in", "out", "bias"],
  ranges: { bias: [0, 1] },
  layers: 1,
  lower: ({ args }, { network, input, name }) =>
    network.linear(input, `${name}.netblock`, { outputs: args[1]!, bias: args[2] === 1 }),
  referenceCost: ({ args }) => {
    const [inputs, outputs, bias] = args as readonly [number, number, number];
    return { parameters: inputs * outputs + bias, macs: inputs * outputs };
  },
};

/** Every basic block. */
export const basicBlocks: readonly PrimitiveDefinition[] = [
  convolution("ConvKX", 1),
  ...[2, 4, 8, 16, 32].map((groups) => convolution(`ConvKXG${groups}`, groups)),
  depthwise,
  normalization,
  relu,
  swish,
  squeezeExcite,
  adaptiveAveragePool,
  maxPool,
  flatten,
  linear,
];
