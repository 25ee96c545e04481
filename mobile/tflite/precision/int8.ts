/**
 * Full 8-bit quantisation: weights with a scale for each channel, activations with the range that calibration measured,
 * and 32-bit biases.
 */
import type { NodeId } from "../../../core/graph/graph.ts";
import { MobileError } from "../../errors.ts";
import type { LiteModel, LiteOperator, LiteTensor, Quantization, TensorId } from "../model.ts";
import type { OperatorName } from "../operators.ts";
import { channelAxis, floatData } from "./layers.ts";
import {
  activationQuantization,
  quantizeActivation,
  quantizeWeight,
  type Range,
  rangeOf,
  unitQuantization,
} from "./quantize.ts";

/** The largest stored bias; it leaves room in 32 bits for the sum that the bias is added to. */
const LARGEST_BIAS = 2 ** 30;

/** How a model is quantised. */
export interface Int8Options {
  /** The range of each node's values (see `calibrate`). */
  readonly ranges: ReadonlyMap<NodeId, Range>;
  /** Layers that stay in float32; none unless told. */
  readonly kept?: ReadonlySet<LiteOperator>;
  /** The type of input and output: float32, which the model quantises inside, or 8-bit integers. */
  readonly io: "float" | "int8";
}

/** How the output of an operator that has no weight is quantised. */
type Rule =
  /** Like its first input. */
  | "as input"
  /** By its own calibrated range. */
  | "own range"
  /** By the fixed range of sigmoid and softmax. */
  | "unit"
  /** By its own calibrated range; all inputs are converted to the same scale. */
  | "one scale";

const rules: Readonly<Partial<Record<OperatorName, Rule>>> = {
  PAD: "as input",
  PADV2: "as input",
  MAX_POOL_2D: "as input",
  AVERAGE_POOL_2D: "as input",
  STRIDED_SLICE: "as input",
  RESHAPE: "as input",
  TRANSPOSE: "as input",
  ADD: "own range",
  MUL: "own range",
  MEAN: "own range",
  RELU: "own range",
  RELU6: "own range",
  HARD_SWISH: "own range",
  LOGISTIC: "unit",
  SOFTMAX: "unit",
  CONCATENATION: "one scale",
};

const sameQuantization = (a: Quantization, b: Quantization): boolean =>
  a.scales[0] === b.scales[0] && a.zeroPoints[0] === b.zeroPoints[0];

class Quantizer {
  readonly #tensors: LiteTensor[];
  readonly #operators: LiteOperator[] = [];
  readonly #model: LiteModel;
  readonly #options: Int8Options;
  /** The float32 tensors that have the values of 8-bit ones, by those. */
  readonly #floats = new Map<TensorId, TensorId>();

  constructor(model: LiteModel, options: Int8Options) {
    this.#model = model;
    this.#tensors = [...model.tensors];
    this.#options = options;
  }

  run(): LiteModel {
    const float = this.#options.io === "float", { operators, output: last } = this.#model;
    const input = float ? this.#floatInput() : this.#model.input;
    this.#store(this.#model.input, this.#ownRange(this.#model.input));
    const softmax = float && operators.at(-1)?.name === "SOFTMAX" ? operators.at(-1) : undefined;
    for (const operator of softmax ? operators.slice(0, -1) : operators) this.#quantize(operator);
    this.#checkOutput(softmax ? softmax.inputs[0]! : last);
    const output = float ? this.#floatOutput(softmax) : last;
    return withoutUnused({ tensors: this.#tensors, operators: this.#operators, input, output });
  }

  #tensor(id: TensorId): LiteTensor {
    return this.#tensors[id]!;
  }

  #quantization(id: TensorId): Quantization {
    const { name, quantization } = this.#tensor(id);
    if (quantization) return quantization;
    throw new MobileError("EXPORT_UNSUPPORTED_OP", `Cannot quantise ${name} as its range is unknown`, {
      data: { tensor: name },
    });
  }

  #ownRange(id: TensorId): Quantization {
    const { node, name } = this.#tensor(id), range = node === undefined ? undefined : this.#options.ranges.get(node);
    if (range) return activationQuantization(range);
    throw new MobileError("EXPORT_CALIBRATION_MISSING", `Cannot quantise ${name} as calibration did not see it`, {
      data: { tensor: name },
    });
  }

  /** Changes a tensor to 8-bit integers. */
  #store(id: TensorId, quantization: Quantization): void {
    this.#tensors[id] = { ...this.#tensor(id), type: "INT8", quantization };
  }

  /** Adds the float32 input tensor that callers fill, and a `QUANTIZE` to the model's own input. */
  #floatInput(): TensorId {
    const { name } = this.#tensor(this.#model.input);
    this.#tensors[this.#model.input] = { ...this.#tensor(this.#model.input), name: `${name}/int8` };
    return this.#quantizeFrom(name, this.#model.input);
  }

  /** Adds the float32 tensor that an 8-bit one is made of. */
  #quantizeFrom(name: string, to: TensorId): TensorId {
    const from = this.#tensors.push({ name, shape: this.#tensor(to).shape, type: "FLOAT32" }) - 1;
    this.#operators.push({ name: "QUANTIZE", inputs: [from], outputs: [to], options: { table: "QuantizeOptions" } });
    this.#floats.set(to, from);
    return from;
  }

  /** The float32 values of an 8-bit tensor: those that it was made of, else it is converted. */
  #floatOf(id: TensorId): TensorId {
    const known = this.#floats.get(id);
    if (known !== undefined) return known;
    const { name, shape } = this.#tensor(id);
    const float = this.#tensors.push({ name: `${name}/float32`, shape, type: "FLOAT32" }) - 1;
    this.#operators.push({
      name: "DEQUANTIZE",
      inputs: [id],
      outputs: [float],
      options: { table: "DequantizeOptions" },
    });
    this.#floats.set(id, float);
    return float;
  }

  /**
   * Adds the float32 output: everything after the logits is computed in float32. A softmax in 8 bits would not run on
   * the delegate, and its output could distinguish only a few classes.
   */
  #floatOutput(softmax: LiteOperator | undefined): TensorId {
    const logits = softmax ? softmax.inputs[0]! : this.#model.output, { name } = this.#tensor(logits);
    const output = this.#floatOf(logits);
    this.#tensors[logits] = { ...this.#tensor(logits), name: `${name}/int8` };
    this.#tensors[output] = { ...this.#tensor(output), name };
    if (!softmax) return output;
    this.#operators.push({ ...softmax, inputs: [output] });
    return this.#model.output;
  }

  /** Leaves a layer in float32, between conversions where its neighbours are in 8 bits. */
  #keep(operator: LiteOperator): void {
    const [x, ...constants] = operator.inputs as [TensorId, TensorId, TensorId], [y] = operator.outputs as [TensorId];
    const input = this.#floatOf(x), at = this.#operators.length;
    this.#store(y, this.#ownRange(y));
    const output = this.#quantizeFrom(`${this.#tensor(y).name}/float32`, y);
    this.#operators.splice(at, 0, { ...operator, inputs: [input, ...constants], outputs: [output] });
  }

  #checkOutput(id: TensorId): void {
    const { node, name } = this.#tensor(id), range = node === undefined ? undefined : this.#options.ranges.get(node);
    if (!range || range.highest > range.lowest) return;
    throw new MobileError("EXPORT_CALIBRATION_DEGENERATE", `Cannot quantise ${name} as it was zero for every image`, {
      data: { tensor: name },
    });
  }

  #quantize(operator: LiteOperator): void {
    const rule = rules[operator.name], output = operator.outputs[0]!;
    if (this.#options.kept?.has(operator)) this.#keep(operator);
    else if (operator.name in channelAxis) this.#quantizeLayer(operator);
    else if (!rule) {
      throw new MobileError("EXPORT_UNSUPPORTED_OP", `Cannot quantise ${operator.name} as it has no 8-bit form`, {
        data: { op: operator.name },
      });
    } else {
      this.#store(output, this.#outputQuantization(operator, rule));
      this.#quantizeConstants(operator);
      const inputs = rule === "one scale" ? this.#broughtTo(output, operator.inputs) : operator.inputs;
      this.#operators.push({ ...operator, inputs });
    }
  }

  #outputQuantization({ inputs, outputs }: LiteOperator, rule: Rule): Quantization {
    if (rule === "unit") return unitQuantization;
    return rule === "as input" ? this.#quantization(inputs[0]!) : this.#ownRange(outputs[0]!);
  }

  /**
   * Quantises the float constants of an operator: by their own range, or padding values in the scale of the tensor that
   * they pad.
   */
  #quantizeConstants({ name, inputs }: LiteOperator): void {
    for (const id of inputs) {
      const { data } = this.#tensor(id);
      if (!(data instanceof Float32Array)) continue;
      const stored = name === "PADV2" ? this.#quantization(inputs[0]!) : activationQuantization(rangeOf(data));
      this.#tensors[id] = { ...this.#tensor(id), data: quantizeActivation(data, stored) };
      this.#store(id, stored);
    }
  }

  /** Returns the inputs in the output's scale; inputs with another scale are converted. */
  #broughtTo(output: TensorId, inputs: readonly TensorId[]): readonly TensorId[] {
    const wanted = this.#quantization(output);
    return inputs.map((from) => {
      if (sameQuantization(this.#quantization(from), wanted)) return from;
      const { name, shape } = this.#tensor(from);
      const to = this.#tensors.push({ name: `${name}/rescaled`, shape, type: "INT8", quantization: wanted }) - 1;
      this.#operators.push({ name: "QUANTIZE", inputs: [from], outputs: [to], options: { table: "QuantizeOptions" } });
      return to;
    });
  }

  /**
   * Quantises a layer. A linear layer has a single scale, because old runtimes support nothing else. Where a bias would
   * not fit, the scale is increased until it does.
   */
  #quantizeLayer(operator: LiteOperator): void {
    const [x, weight, bias] = operator.inputs as [TensorId, TensorId, TensorId];
    const scale = this.#quantization(x).scales[0]!, biases = floatData(this.#tensor(bias));
    const perTensor = operator.name === "FULLY_CONNECTED";
    const fits = (value: number): number => Math.abs(value) / (scale * LARGEST_BIAS);
    const largest = rangeOf(biases.map(Math.abs)).highest;
    const { shape } = this.#tensor(weight);
    const quantized = quantizeWeight(floatData(this.#tensor(weight)), {
      shape,
      ...(perTensor ? {} : { axis: channelAxis[operator.name]! }),
      leastScale: (channel) => fits(perTensor ? largest : biases[channel]!),
    });
    this.#tensors[weight] = { ...this.#tensor(weight), type: "INT8", ...quantized };
    this.#tensors[bias] = { ...this.#tensor(bias), ...storedBias(biases, quantized.quantization.scales, scale) };
    this.#store(operator.outputs[0]!, this.#ownRange(operator.outputs[0]!));
    this.#operators.push(operator);
  }
}

/** The model without conversions to tensors that nothing reads, and without those tensors. */
function withoutUnused({ tensors, operators, input, output }: LiteModel): LiteModel {
  const read = new Set([output, ...operators.flatMap(({ inputs }) => inputs)]);
  const needed = operators.filter(({ name, outputs: [to] }) => name !== "QUANTIZE" || read.has(to!));
  const used = new Set([input, output, ...needed.flatMap(({ inputs, outputs }) => [...inputs, ...outputs])]);
  const kept = [...tensors.keys()].filter((id) => used.has(id)), at = new Map(kept.map((id, place) => [id, place]));
  const moved = (ids: readonly TensorId[]): TensorId[] => ids.map((id) => at.get(id)!);
  return {
    tensors: kept.map((id) => tensors[id]!),
    operators: needed.map((it) => ({ ...it, inputs: moved(it.inputs), outputs: moved(it.outputs) })),
    input: at.get(input)!,
    output: at.get(output)!,
  };
}

/** Quantises a bias in the scale of the products that it is added to. */
function storedBias(biases: Float32Array, weightScales: readonly number[], inputScale: number) {
  const scales = weightScales.map((scale) => Math.fround(scale * inputScale));
  const scaleOf = (channel: number): number => scales.length > 1 ? scales[channel]! : scales[0]!;
  return {
    type: "INT32",
    data: Int32Array.from(biases, (value, channel) => Math.round(value / scaleOf(channel))),
    quantization: { scales, zeroPoints: scales.map(() => 0), axis: 0 },
  } as const;
}

/**
 * Returns the model in 8-bit integers. Throws MobileError EXPORT_CALIBRATION_MISSING, EXPORT_CALIBRATION_DEGENERATE,
 * and EXPORT_UNSUPPORTED_OP for operators without an 8-bit form.
 */
export function withInt8(model: LiteModel, options: Int8Options): LiteModel {
  return new Quantizer(model, options).run();
}
