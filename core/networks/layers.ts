/** Layers of a network on a graph: convolutions and normalisations with named parameters, in training or inference. */
import type { GraphBuilder, NodeId } from "../graph/graph.ts";
import { elementCount, nhwc, type Shape } from "../graph/shape.ts";

/** What a parameter is for, which decides how it is initialised. */
export type ParameterRole =
  | "conv_weight"
  | "linear_weight"
  | "bias"
  | "norm_weight"
  | "norm_bias"
  | "running_mean"
  | "running_variance";

/** A parameter of a network. */
export interface Parameter {
  /** Its name in a PyTorch checkpoint. */
  readonly name: string;
  /** `[o, kh, kw, i/groups]`, `[o, i]` or `[c]`. */
  readonly shape: Shape;
  /** What it is for. */
  readonly role: ParameterRole;
}

/** Whether training changes it by gradients; running statistics are only kept beside. */
export function isLearnable({ role }: Parameter): boolean {
  return role !== "running_mean" && role !== "running_variance";
}

/** How many numbers training would change. Running statistics are none of them. */
export function parameterCount(parameters: readonly Parameter[]): number {
  let count = 0;
  for (const parameter of parameters) if (isLearnable(parameter)) count += elementCount(parameter.shape);
  return count;
}

/** How many inputs one output of a weight sums over. */
export function fanIn({ shape }: Parameter): number {
  return elementCount(shape.slice(1));
}

/** Decides which node supplies a parameter: a draw, a constant, or an input to be fed. */
export type ParameterSource = (builder: GraphBuilder, parameter: Parameter) => NodeId;

/** A batch normalisation of a network in training mode, for proxies that read its statistics. */
export interface NormRecord {
  /** Its name in a checkpoint. */
  readonly name: string;
  /** Node of the batch's biased variance, `[c]`. */
  readonly variance: NodeId;
  /** How many values each channel's variance is taken over. */
  readonly count: number;
}

/** A layer with a weight, for proxies that read weights, activations or their gradients. */
export interface LayerRecord {
  /** Its name in a checkpoint. */
  readonly name: string;
  /** What it is. */
  readonly kind: "convolution" | "linear";
  /** Node of its weight. */
  readonly weight: NodeId;
  /** Node of what goes in. */
  readonly input: NodeId;
  /** Node of what comes out, bias included. */
  readonly output: NodeId;
}

/** Training normalises by the batch's statistics, inference by the running ones; `identity` leaves normalisations out. */
export type NetworkMode = "train" | "inference" | "identity";

/** How a network is put on a graph. */
export interface NetworkOptions {
  /** The graph that it goes on. */
  readonly builder: GraphBuilder;
  /** What normalisations do. */
  readonly mode: NetworkMode;
  /** Supplies every parameter. */
  readonly parameters: ParameterSource;
  /** Whether every layer but the classifier has one channel instead of as many as it is given, and so one group. */
  readonly thin?: boolean | undefined;
  /** Called with the output of each ReLU layer as it is added: what it adds to the graph comes before the next layer. */
  readonly onRelu?: ((output: NodeId) => void) | undefined;
}

/** A convolution's geometry; padding is (kernel − 1)/2 unless told. */
export interface ConvolutionOptions {
  /** Channels of the output. */
  readonly channels: number;
  /** Rows and columns of the window. */
  readonly kernel: number;
  /** Default: 1. */
  readonly stride?: number;
  /** Channel groups; default: 1. */
  readonly groups?: number;
  /** Default: none. */
  readonly bias?: boolean;
}

/** Adds layers to a graph and keeps lists of the parameters, layers and normalisations that it has. */
export class Network {
  /** The graph that it is on. */
  readonly builder: GraphBuilder;
  /** Which statistics normalisations use. */
  readonly mode: NetworkMode;
  /** Every parameter so far, in order. */
  readonly parameters: Parameter[] = [];
  /** The node that supplies each of {@link parameters}. */
  readonly parameterNodes: NodeId[] = [];
  /** Every convolution and linear layer so far, in order. */
  readonly layers: LayerRecord[] = [];
  /** Every normalisation so far, in order; empty in inference mode. */
  readonly norms: NormRecord[] = [];
  /** The output of every ReLU layer so far, in order. */
  readonly relus: NodeId[] = [];
  readonly #source: ParameterSource;
  readonly #thin: boolean;
  readonly #onRelu: NetworkOptions["onRelu"];

  /** A network without layers. */
  constructor({ builder, mode, parameters, thin = false, onRelu }: NetworkOptions) {
    this.builder = builder;
    this.mode = mode;
    this.#thin = thin;
    this.#source = parameters;
    this.#onRelu = onRelu;
  }

  /** The node that supplies a parameter. */
  parameter(name: string, shape: Shape, role: ParameterRole): NodeId {
    const parameter = { name, shape, role };
    const node = this.#source(this.builder, parameter);
    this.parameters.push(parameter);
    this.parameterNodes.push(node);
    return node;
  }

  /** The channels of a layer that is given so many. */
  width(channels: number): number {
    return this.#thin ? 1 : channels;
  }

  /** A convolution with parameters `name.weight` and, where it has one, `name.bias`. */
  convolution(x: NodeId, name: string, options: ConvolutionOptions): NodeId {
    const { kernel, stride = 1, bias = false } = options, channels = this.width(options.channels);
    const groups = this.#thin ? 1 : options.groups ?? 1;
    const [, , , c] = nhwc(this.builder.shape(x), `the input of ${name}`);
    const weightShape = [channels, kernel, kernel, Math.floor(c / groups)];
    const inputs = [x, this.parameter(`${name}.weight`, weightShape, "conv_weight")];
    if (bias) inputs.push(this.parameter(`${name}.bias`, [channels], "bias"));
    const output = this.builder.add("conv2d", inputs, { stride, padding: (kernel - 1) >> 1, groups });
    return this.#record({ name, kind: "convolution", weight: inputs[1]!, input: x, output });
  }

  /** A batch normalisation with the parameters and running statistics of PyTorch's. */
  batchNorm(x: NodeId, name: string, { epsilon }: { readonly epsilon: number }): NodeId {
    if (this.mode === "identity") return x;
    const shape = this.builder.shape(x), channels = shape.at(-1)!;
    const weight = this.parameter(`${name}.weight`, [channels], "norm_weight");
    const bias = this.parameter(`${name}.bias`, [channels], "norm_bias");
    const [mean, variance] = this.mode === "train"
      ? this.#batchStatistics(x, name)
      : this.#runningStatistics(name, channels);
    return this.builder.add("normalize", [x, mean, variance, weight, bias], { epsilon });
  }

  #batchStatistics(x: NodeId, name: string): readonly [mean: NodeId, variance: NodeId] {
    const shape = this.builder.shape(x);
    const variance = this.builder.add("channel_variance", [x], {});
    this.norms.push({ name, variance, count: elementCount(shape.slice(0, -1)) });
    return [this.builder.add("channel_mean", [x], {}), variance];
  }

  #runningStatistics(name: string, channels: number): readonly [mean: NodeId, variance: NodeId] {
    return [
      this.parameter(`${name}.running_mean`, [channels], "running_mean"),
      this.parameter(`${name}.running_var`, [channels], "running_variance"),
    ];
  }

  /** max(x, 0), kept in {@link relus}. */
  relu(x: NodeId): NodeId {
    const output = this.builder.add("relu", [x], {});
    this.relus.push(output);
    this.#onRelu?.(output);
    return output;
  }

  /** A linear layer with parameters `name.weight` and, where it has one, `name.bias`; x is `[n, i]`. */
  linear(x: NodeId, name: string, { outputs, bias }: { readonly outputs: number; readonly bias: boolean }): NodeId {
    const features = this.builder.shape(x).at(-1)!;
    const inputs = [x, this.parameter(`${name}.weight`, [outputs, features], "linear_weight")];
    if (bias) inputs.push(this.parameter(`${name}.bias`, [outputs], "bias"));
    const output = this.builder.add("linear", inputs, {});
    return this.#record({ name, kind: "linear", weight: inputs[1]!, input: x, output });
  }

  #record(layer: LayerRecord): NodeId {
    this.layers.push(layer);
    return layer.output;
  }
}
