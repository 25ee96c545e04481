/**
 * Dynamic-range quantisation, for a quarter of the size without calibration: the weights of convolutions and linear
 * layers are stored in 8 bits; activations are float32, and the runtime quantises them before each such layer.
 * Depthwise convolutions keep float32 weights: XNNPACK does not support 8-bit weights with float activations there, so
 * each would split the delegated part of the graph in two, to save a few bytes. Grouped convolutions keep float32
 * weights too.
 */
import { FAST_TAPS } from "../delegates.ts";
import type { LiteModel, LiteOperator, LiteTensor } from "../model.ts";
import { floatData } from "./layers.ts";
import { quantizeWeight } from "./quantize.ts";

/** Whether XNNPACK has no fast kernel for a depthwise weight, `[1, kh, kw, c]`. */
function isWide([, kh = 0, kw = 0]: readonly number[]): boolean {
  return kh * kw > FAST_TAPS;
}

/**
 * Convolutions have a scale for each output channel, linear layers one scale, because old runtimes support nothing
 * else.
 */
function axisOf({ name, inputs }: LiteOperator, tensors: readonly LiteTensor[]): { axis?: number } | undefined {
  if (name === "FULLY_CONNECTED") return {};
  if (name === "DEPTHWISE_CONV_2D") return isWide(tensors[inputs[1]!]!.shape) ? { axis: 3 } : undefined;
  if (name !== "CONV_2D") return undefined;
  const grouped = tensors[inputs[0]!]!.shape[3] !== tensors[inputs[1]!]!.shape[3];
  return grouped ? undefined : { axis: 0 };
}

/** Returns the model with 8-bit weights in layers whose kernels take them with float32 activations, but in those kept. */
export function withDynamicRange(model: LiteModel, kept: ReadonlySet<LiteOperator> = new Set()): LiteModel {
  const tensors: LiteTensor[] = [...model.tensors];
  const operators = model.operators.map((operator): LiteOperator => {
    const scaling = axisOf(operator, tensors), id = operator.inputs[1]!;
    if (!scaling || kept.has(operator)) return operator;
    const { name, shape } = tensors[id]!;
    tensors[id] = { name, shape, type: "INT8", ...quantizeWeight(floatData(tensors[id]!), { shape, ...scaling }) };
    if (operator.options?.table !== "FullyConnectedOptions") return operator;
    return { ...operator, options: { ...operator.options, asymmetricInputs: 1 } };
  });
  return { ...model, tensors, operators };
}
