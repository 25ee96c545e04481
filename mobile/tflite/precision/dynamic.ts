/**
 * A quarter of the size without calibration: weights of convolutions and linear layers are stored in 8 bits, activations
 * are float32 and quantised as they go in. Depthwise convolutions keep float32 weights: XNNPACK takes no 8-bit weights
 * with float activations there, and each would break the delegated graph in two for a few bytes. So do grouped ones.
 */
import type { LiteModel, LiteOperator, LiteTensor } from "../model.ts";
import { floatData } from "./layers.ts";
import { quantizeWeight } from "./quantize.ts";

/** Scales a channel for convolutions, one for linear layers: old runtimes know no others. */
function axisOf({ name, inputs }: LiteOperator, tensors: readonly LiteTensor[]): { axis?: number } | undefined {
  if (name === "FULLY_CONNECTED") return {};
  if (name !== "CONV_2D") return undefined;
  const grouped = tensors[inputs[0]!]!.shape[3] !== tensors[inputs[1]!]!.shape[3];
  return grouped ? undefined : { axis: 0 };
}

/** The model with 8-bit weights where kernels take them beside float32 activations. */
export function withDynamicRange(model: LiteModel): LiteModel {
  const tensors: LiteTensor[] = [...model.tensors];
  const operators = model.operators.map((operator): LiteOperator => {
    const scaling = axisOf(operator, tensors), id = operator.inputs[1]!;
    if (!scaling) return operator;
    const { name, shape } = tensors[id]!;
    tensors[id] = { name, shape, type: "INT8", ...quantizeWeight(floatData(tensors[id]!), { shape, ...scaling }) };
    if (operator.options?.table !== "FullyConnectedOptions") return operator;
    return { ...operator, options: { ...operator.options, asymmetricInputs: 1 } };
  });
  return { ...model, tensors, operators };
}
