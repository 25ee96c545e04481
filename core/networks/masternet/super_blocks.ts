/** The super blocks, of which searches compose networks. Each stands for a tree of basic blocks. */
import type { CompositeDefinition, FormSwitches } from "./definition.ts";
import { roundToEight } from "./rounding.ts";
import { type Block, container, leaf } from "./structure.ts";

/**
 * The arguments of one residual layer: input and output channels, stride, and the width (channels) between its
 * convolutions.
 */
interface Bottleneck {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  readonly width: number;
}

/** The inner blocks of one residual layer. */
type Layer = (layer: Bottleneck, form: FormSwitches) => readonly Block[];

const convolution = (inputs: number, outputs: number, window: readonly [kernel: number, stride: number]): Block =>
  leaf("ConvKX", [inputs, outputs, ...window]);

const gate = (channels: number, { squeezeExcite }: FormSwitches): readonly Block[] =>
  squeezeExcite ? [leaf("SE", [channels])] : [];

/** A k×k convolution to the width, then a k×k convolution to the output. */
const twoConvolutions = (kernel: number): Layer => ({ inputs, outputs, stride, width }, form) => [
  convolution(inputs, width, [kernel, stride]),
  leaf("BN", [width]),
  leaf("RELU", [width]),
  ...gate(width, form),
  convolution(width, outputs, [kernel, 1]),
  leaf("BN", [outputs]),
];

/** A 1×1 convolution to the width, the middle convolution, then a 1×1 convolution to the output. */
const threeConvolutions =
  (middle: (width: number, stride: number) => Block): Layer => ({ inputs, outputs, stride, width }, form) => [
    convolution(inputs, width, [1, 1]),
    leaf("BN", [width]),
    leaf("RELU", [width]),
    middle(width, stride),
    leaf("BN", [width]),
    leaf("RELU", [width]),
    ...gate(width, form),
    convolution(width, outputs, [1, 1]),
    leaf("BN", [outputs]),
  ];

const sameLayer = (a: Bottleneck, b: Bottleneck): boolean =>
  a.inputs === b.inputs && a.outputs === b.outputs && a.stride === b.stride && a.width === b.width;

/**
 * A sequence of residual layers, each followed by a RELU; the first one projects its input. In a form without residual
 * links the inner blocks stand without a container. Equal layers are the same objects, so that costs are counted once
 * for all of them.
 */
function residualLayers(layers: readonly Bottleneck[], { body, form }: { body: Layer; form: FormSwitches }): Block[] {
  const built: { readonly layer: Bottleneck; readonly blocks: readonly Block[] }[] = [];
  return layers.flatMap((layer, index) => {
    const known = index > 1 ? built.find((other) => sameLayer(other.layer, layer)) : undefined;
    if (known) return known.blocks;
    const blocks = residualLayer(body(layer, form), { layer, projects: index === 0, form });
    if (index > 0) built.push({ layer, blocks });
    return blocks;
  });
}

function residualLayer(
  inner: readonly Block[],
  { layer, projects, form }: { layer: Bottleneck; projects: boolean; form: FormSwitches },
): readonly Block[] {
  const activation = leaf("RELU", [layer.outputs]);
  if (!form.residualLinks) return [...inner, activation];
  return [container(projects ? "ResBlockProj" : "ResBlock", [layer.inputs, layer.stride], inner), activation];
}

/** The arguments of a super block with residual layers. */
interface SuperResidual {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  readonly mid: number;
  readonly layers: number;
}

/** A super block with residual layers; `layer` gives the residual layers that one of its own layers stands for. */
function superResidual(
  name: string,
  { body, layer }: { readonly body: Layer; readonly layer: (of: SuperResidual) => readonly Bottleneck[] },
): CompositeDefinition {
  return {
    name,
    arguments: ["in", "out", "stride", "mid", "layers"],
    splits: true,
    expand: ({ args }, form) => {
      const [inputs, outputs, stride, mid, layers] = args as readonly [number, number, number, number, number];
      const all = Array.from(
        { length: layers },
        (_, index) =>
          layer(
            index === 0
              ? { inputs, outputs, stride, mid, layers }
              : { inputs: outputs, outputs, stride: 1, mid, layers },
          ),
      );
      return residualLayers(all.flat(), { body, form });
    },
  };
}

const superConvolution = (kernel: number): CompositeDefinition => ({
  name: `SuperConvK${kernel}BNRELU`,
  arguments: ["in", "out", "stride", "layers"],
  expand: ({ args }) => {
    const [inputs, outputs, stride, layers] = args as readonly [number, number, number, number];
    return Array.from({ length: layers }, (_, index) => [
      index === 0 ? convolution(inputs, outputs, [kernel, stride]) : convolution(outputs, outputs, [kernel, 1]),
      leaf("BN", [outputs]),
      leaf("RELU", [outputs]),
    ]).flat();
  },
});

const superBasic = (kernel: number): CompositeDefinition =>
  superResidual(`SuperResK${kernel}K${kernel}`, {
    body: twoConvolutions(kernel),
    layer: ({ inputs, outputs, stride, mid }) => [{ inputs, outputs, stride, width: mid }],
  });

const superBottleneck = (kernel: number): CompositeDefinition =>
  superResidual(`SuperResK1K${kernel}K1`, {
    body: threeConvolutions((width, stride) => convolution(width, width, [kernel, stride])),
    layer: ({ inputs, outputs, stride, mid }) => [
      { inputs, outputs, stride, width: mid },
      { inputs: outputs, outputs, stride: 1, width: mid },
    ],
  });

const superInverted = (expansion: number, kernel: number): CompositeDefinition =>
  superResidual(`SuperResIDWE${expansion}K${kernel}`, {
    body: threeConvolutions((width, stride) => leaf("ConvDW", [width, kernel, stride])),
    layer: ({ inputs, outputs, stride, mid }) => [
      { inputs, outputs: mid, stride, width: roundToEight(mid * expansion) },
      { inputs: mid, outputs, stride: 1, width: roundToEight(outputs * expansion) },
    ],
  });

/** Every super block. */
export const superBlocks: readonly CompositeDefinition[] = [
  ...[1, 3, 5, 7].map(superConvolution),
  ...[3, 5, 7].map(superBasic),
  ...[3, 5, 7].map(superBottleneck),
  ...[1, 2, 4, 6].flatMap((expansion) => [3, 5, 7].map((kernel) => superInverted(expansion, kernel))),
];
