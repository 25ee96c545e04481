/**
 * Adds the layers of a network to a graph: convolutions and normalisations with named parameters, in training or
 * inference mode.
 */
import type { GraphBuilder, NodeId } from "../graph/graph.ts";
import { elementCount, nhwc, type Shape, ShapeError, type WindowAxis } from "../graph/shape.ts";

/** The role of a parameter, which decides how it is initialised. */
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
  /** Its role. */
  readonly role: ParameterRole;
}

/** Whether training changes it by gradients. Running statistics are stored with the parameters but have no gradient. */
export function isLearnable({ role }: Parameter): boolean {
  return role !== "running_mean" && role !== "running_variance";
}

/** The number of learnable values. Running statistics do not count. */
export function parameterCount(parameters: readonly Parameter[]): number {
  let count = 0;
  for (const parameter of parameters) if (isLearnable(parameter)) count += elementCount(parameter.shape);
  return count;
}

/** The fan-in: how many inputs one output of a weight sums over. */
export function fanIn({ shape }: Parameter): number {
  return elementCount(shape.slice(1));
}

/** Supplies a parameter's node: a draw, a constant, or an input to be fed. */
export type ParameterSource = (builder: GraphBuilder, parameter: Parameter) => NodeId;

/** A batch normalisation of a network in training mode, for proxies that read its statistics. */
export interface NormRecord {
  /** Its name in a checkpoint. */
  readonly name: string;
  /** Node of the batch's mean, `[c]`. */
  readonly mean: NodeId;
  /** Node of the batch's biased variance, `[c]`. */
  readonly variance: NodeId;
  /** How many values the mean and variance of each channel are computed from. */
  readonly count: number;
}

/** A layer with a weight, for proxies that read weights, activations or their gradients. */
export interface LayerRecord {
  /** Its name in a checkpoint. */
  readonly name: string;
  /** The kind of layer. */
  readonly kind: "convolution" | "linear";
  /** Node of its weight. */
  readonly weight: NodeId;
  /** Node of its input. */
  readonly input: NodeId;
  /** Node of its output, bias included. */
  readonly output: NodeId;
}

/**
 * What batch normalisations do: `train` normalises by the statistics of the batch, `inference` by the running
 * statistics; `identity` leaves them out.
 */
export type NetworkMode = "train" | "inference" | "identity";

/** How a network is added to a graph. */
export interface NetworkOptions {
  /** The builder of the graph that the network is added to. */
  readonly builder: GraphBuilder;
  /** What batch normalisations do. */
  readonly mode: NetworkMode;
  /** Supplies every parameter. */
  readonly parameters: ParameterSource;
  /** Whether every layer except the classifier has one channel, and so one group, instead of the number asked for. */
  readonly thin?: boolean | undefined;
  /** What all normalisations add to the variance, in place of what the design says. */
  readonly epsilon?: number | undefined;
  /**
   * Called with the output of each ReLU layer when it is added; nodes that it adds come before those of the next layer.
   */
  readonly onRelu?: ((output: NodeId) => void) | undefined;
}

/** The geometry of a convolution. */
export interface ConvolutionOptions {
  /** Channels of the output. */
  readonly channels: number;
  /** Rows and columns of the window. */
  readonly kernel: number;
  /** Default: 1. */
  readonly stride?: number;
  /** Channel groups; default: 1. */
  readonly groups?: number;
  /** Whether it has a bias; default: false. */
  readonly bias?: boolean;
  /**
   * Zeros around the input: `half`, ⌊(kernel − 1)/2⌋ on each side, or `same`, TensorFlow's, which give ⌈extent / stride⌉
   * outputs, with the odd one after the last; default: `half`.
   */
  readonly padding?: ConvolutionPadding;
}

/** Where a convolution's zeros are. */
export type ConvolutionPadding = "half" | "same";

/** An activation that a model names. */
export type Activation = "relu" | "relu6" | "sigmoid" | "hard_sigmoid" | "swish" | "hard_swish";

type Padding = Pick<WindowAxis, "padding" | "paddingAfter">;

function samePadding(extent: number, { kernel, stride }: Pick<WindowAxis, "kernel" | "stride">): Padding {
  const total = Math.max(0, (Math.ceil(extent / stride) - 1) * stride + kernel - extent), padding = total >> 1;
  return { padding, paddingAfter: total - padding };
}

/** The zeros around an image of these rows and columns. Throws ShapeError where both would need others. */
function paddingOf([h, w]: readonly [number, number], { kernel, stride = 1, padding }: ConvolutionOptions): Padding {
  if (padding !== "same") return { padding: (kernel - 1) >> 1 };
  const [rows, columns] = [h, w].map((extent) => samePadding(extent, { kernel, stride })) as [Padding, Padding];
  if (rows.padding === columns.padding && rows.paddingAfter === columns.paddingAfter) return rows;
  throw new ShapeError(`Cannot pad as rows and columns must need as many zeros: got ${h}×${w}`);
}

/** Adds layers to a graph, and keeps lists of its parameters, layers and normalisations. */
export class Network {
  /** The builder of its graph. */
  readonly builder: GraphBuilder;
  /** What batch normalisations do. */
  readonly mode: NetworkMode;
  /** Every parameter so far, in order. */
  readonly parameters: Parameter[] = [];
  /** The node that supplies each of {@link parameters}. */
  readonly parameterNodes: NodeId[] = [];
  /** Every convolution and linear layer so far, in order. */
  readonly layers: LayerRecord[] = [];
  /** Every normalisation so far, in order; only in training mode. */
  readonly norms: NormRecord[] = [];
  /** The output of every ReLU and ReLU6 layer so far, in order. */
  readonly relus: NodeId[] = [];
  /**
   * The names of the weights by which residual branches can be closed, in order: each scales the last normalisation of a
   * branch that is added to what goes past it.
   */
  readonly branchWeights: string[] = [];
  readonly #source: ParameterSource;
  readonly #thin: boolean;
  readonly #epsilon: number | undefined;
  readonly #onRelu: NetworkOptions["onRelu"];

  /** Creates a network without layers. */
  constructor({ builder, mode, parameters, thin = false, epsilon, onRelu }: NetworkOptions) {
    this.builder = builder;
    this.mode = mode;
    this.#thin = thin;
    this.#epsilon = epsilon;
    this.#source = parameters;
    this.#onRelu = onRelu;
  }

  /** Adds a parameter; returns the node that supplies it. */
  parameter(name: string, shape: Shape, role: ParameterRole): NodeId {
    const parameter = { name, shape, role };
    const node = this.#source(this.builder, parameter);
    this.parameters.push(parameter);
    this.parameterNodes.push(node);
    return node;
  }

  /** The channels of a layer for which this number is asked: one if the network is thin. */
  width(channels: number): number {
    return this.#thin ? 1 : channels;
  }

  /** Adds a convolution with parameters `name.weight` and, where it has one, `name.bias`. */
  convolution(x: NodeId, name: string, options: ConvolutionOptions): NodeId {
    const { kernel, stride = 1, bias = false } = options, channels = this.width(options.channels);
    const groups = this.#thin ? 1 : options.groups ?? 1;
    const [, h, w, c] = nhwc(this.builder.shape(x), `the input of ${name}`);
    const weightShape = [channels, kernel, kernel, Math.floor(c / groups)];
    const inputs = [x, this.parameter(`${name}.weight`, weightShape, "conv_weight")];
    if (bias) inputs.push(this.parameter(`${name}.bias`, [channels], "bias"));
    const output = this.builder.add("conv2d", inputs, { stride, ...paddingOf([h, w], options), groups });
    return this.#record({ name, kind: "convolution", weight: inputs[1]!, input: x, output });
  }

  /** Adds a batch normalisation with the parameters and running statistics of PyTorch's. */
  batchNorm(x: NodeId, name: string, { epsilon }: { readonly epsilon: number }): NodeId {
    if (this.mode === "identity") return x;
    const shape = this.builder.shape(x), channels = shape.at(-1)!;
    const weight = this.parameter(`${name}.weight`, [channels], "norm_weight");
    const bias = this.parameter(`${name}.bias`, [channels], "norm_bias");
    const [mean, variance] = this.mode === "train"
      ? this.#batchStatistics(x, name)
      : this.#runningStatistics(name, channels);
    return this.builder.add("normalize", [x, mean, variance, weight, bias], { epsilon: this.#epsilon ?? epsilon });
  }

  #batchStatistics(x: NodeId, name: string): readonly [mean: NodeId, variance: NodeId] {
    const shape = this.builder.shape(x);
    const variance = this.builder.add("channel_variance", [x], {});
    const mean = this.builder.add("channel_mean", [x], {});
    this.norms.push({ name, mean, variance, count: elementCount(shape.slice(0, -1)) });
    return [mean, variance];
  }

  #runningStatistics(name: string, channels: number): readonly [mean: NodeId, variance: NodeId] {
    return [
      this.parameter(`${name}.running_mean`, [channels], "running_mean"),
      this.parameter(`${name}.running_var`, [channels], "running_variance"),
    ];
  }

  /** Adds max(x, 0); the output is kept in {@link relus}. */
  relu(x: NodeId): NodeId {
    return this.activation(x, "relu");
  }

  /** Adds an activation; the output of those that are zero below zero is kept in {@link relus}. */
  activation(x: NodeId, activation: Activation): NodeId {
    const output = this.builder.add(activation, [x], {});
    if (activation !== "relu" && activation !== "relu6") return output;
    this.relus.push(output);
    this.#onRelu?.(output);
    return output;
  }

  /** Adds a linear layer with parameters `name.weight` and, where it has one, `name.bias`; x is `[n, i]`. */
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
