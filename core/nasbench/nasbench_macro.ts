/**
 * NAS-Bench-Macro's networks (Su et al., "Prioritized architecture sampling with Monte-Carlo tree search", CVPR 2021):
 * a 3×3 convolution, eight layers in stages of 2, 3 and 3, where each stage halves the resolution and doubles the
 * channels, and a 1×1 convolution to 1,280 channels. A network is named by eight digits, one for each layer: 0 is the
 * identity (a 1×1 convolution where the shape changes), 1 an inverted residual with a 3×3 kernel and expansion 3, 2 one
 * with a 5×5 kernel and expansion 6.
 */
import { graphMacs } from "../graph/cost.ts";
import type { NodeId } from "../graph/graph.ts";
import type { LoweredStructure } from "../networks/masternet/mod.ts";
import { type Network, parameterCount } from "../networks/layers.ts";
import { type DesignCost, type NetworkDesign, outlineOf } from "../scoring/design.ts";
import { ArchitectureError, type Benchmark } from "./benchmark.ts";
import type { BenchmarkForm } from "./nasbench201.ts";

const STAGES = [2, 3, 3] as const;
const STEM_CHANNELS = 32;
const HEAD_CHANNELS = 1280;
const NORM = { epsilon: 1e-5 } as const;

/** The kernel and expansion of a layer by its digit; the identity has neither. */
const choices = { "0": undefined, "1": { kernel: 3, expansion: 3 }, "2": { kernel: 5, expansion: 6 } } as const;
type Choice = typeof choices[keyof typeof choices];

/** A layer's shape. */
interface MacroLayer {
  readonly choice: Choice;
  readonly channels: number;
  readonly stride: number;
}

function layersOf(code: string): readonly MacroLayer[] {
  if (!/^[012]{8}$/.test(code)) throw new ArchitectureError(code, "a network is eight digits from 0 to 2");
  const layers: MacroLayer[] = [];
  STAGES.forEach((count, stage) => {
    for (let place = 0; place < count; place++) {
      const choice = choices[code[layers.length] as keyof typeof choices];
      layers.push({ choice, channels: STEM_CHANNELS << (stage + 1), stride: place === 0 ? 2 : 1 });
    }
  });
  return layers;
}

/** A convolution and its normalisation, followed by a ReLU by default. */
interface ConvNorm {
  readonly name: string;
  readonly channels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly relu?: boolean;
}

function convNorm(network: Network, x: NodeId, { name, relu = true, ...convolution }: ConvNorm): NodeId {
  const y = network.convolution(x, `${name}.0`, convolution);
  const normal = network.batchNorm(y, `${name}.1`, NORM);
  return relu ? network.relu(normal) : normal;
}

function invertedResidual(
  network: Network,
  { x, name }: { readonly x: NodeId; readonly name: string },
  { choice, channels, stride }: MacroLayer & { readonly choice: NonNullable<Choice> },
): NodeId {
  const inputs = network.builder.shape(x).at(-1)!, hidden = inputs * choice.expansion, { kernel } = choice;
  const wide = convNorm(network, x, { name: `${name}.expand`, channels: hidden, kernel: 1 });
  const deep = convNorm(network, wide, { name: `${name}.depthwise`, channels: hidden, kernel, stride, groups: hidden });
  const y = convNorm(network, deep, { name: `${name}.project`, channels, kernel: 1, relu: false });
  return stride === 1 && inputs === channels ? network.builder.add("add", [x, y], {}) : y;
}

function lowerLayer(network: Network, x: NodeId, { name, ...layer }: MacroLayer & { readonly name: string }): NodeId {
  const { choice, channels, stride } = layer;
  if (choice) return invertedResidual(network, { x, name }, { ...layer, choice });
  if (stride === 1) return x;
  return convNorm(network, x, { name: `${name}.shortcut`, channels, kernel: 1, stride, relu: false });
}

function lowerMacro(
  network: Network,
  code: string,
  { input, classes }: { input: NodeId; classes: number },
): LoweredStructure {
  const { builder } = network;
  const blocks = [convNorm(network, input, { name: "stem", channels: STEM_CHANNELS, kernel: 3 })];
  layersOf(code).forEach((layer, index) => {
    blocks.push(lowerLayer(network, blocks.at(-1)!, { name: `layers.${index}`, ...layer }));
  });
  const features = convNorm(network, blocks.at(-1)!, { name: "head", channels: HEAD_CHANNELS, kernel: 1 });
  const pooled = builder.add("flatten", [builder.add("adaptive_average_pool", [features], { size: 1 })], {});
  return { blocks, features, logits: network.linear(pooled, "classifier", { outputs: classes, bias: true }) };
}

function costOf(design: Pick<NetworkDesign, "lower" | "resolution">): DesignCost {
  const { network, logits } = outlineOf(design);
  return {
    parameters: parameterCount(network.parameters),
    macs: graphMacs(network.builder.build([logits])),
    layers: network.layers.length,
  };
}

/**
 * NAS-Bench-Macro for the images and classes of a data set.
 *
 * @example
 * ```ts
 * import { nasBenchMacro } from "@zennas/zennas";
 * const { parameters, macs } = nasBenchMacro({ classes: 10, resolution: 32 }).design("02012100").cost();
 * if (parameters !== 890_666 || macs !== 47_327_744) throw new Error(`${parameters} ${macs}`);
 * ```
 */
export function nasBenchMacro(form: BenchmarkForm): Benchmark {
  return {
    name: "nasbench-macro",
    classOf: (text) => text,
    design(text): NetworkDesign {
      layersOf(text);
      const lower: NetworkDesign["lower"] = (network, input) =>
        lowerMacro(network, text, { input, classes: form.classes });
      return { text, ...form, lower, cost: () => costOf({ lower, resolution: form.resolution }) };
    },
  };
}
