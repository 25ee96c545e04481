/**
 * The version to write for each operator: the oldest one that supports how the operator is used, so that old runtimes
 * accept the file.
 *
 * From TensorFlow Lite's converter (tflite/converter/tools/versioning/op_version.cc).
 */
import type { LiteOperator, LiteTensor } from "./model.ts";
import type { OperatorName } from "./operators.ts";

type Tensors = readonly LiteTensor[];

const isInt8 = (tensor: LiteTensor | undefined): boolean => tensor?.type === "INT8";
const isPerChannel = (tensor: LiteTensor | undefined): boolean => (tensor?.quantization?.scales.length ?? 0) > 1;

/** Whether an operator has float inputs and 8-bit weights; the runtime then quantises its inputs in each run. */
const isDynamic = ([x, weight]: Tensors): boolean => !isInt8(x) && isInt8(weight);

function convolution(perTensor: number, perChannel: number): (inputs: Tensors) => number {
  return (inputs) => {
    if (isDynamic(inputs)) return isPerChannel(inputs[1]) ? perChannel : perTensor;
    return isInt8(inputs[0]) ? 3 : 1;
  };
}

function fullyConnected(inputs: Tensors): number {
  if (isPerChannel(inputs[1])) return 12;
  if (isDynamic(inputs)) return 9;
  return isInt8(inputs[0]) ? 4 : 1;
}

/**
 * The version of `MUL`: 3 where the rescaling factor of the product is 1 or more, which older versions do not support.
 */
function product([x, y]: Tensors, [output]: Tensors): number {
  if (!isInt8(x)) return 1;
  const scale = (tensor: LiteTensor | undefined): number => tensor?.quantization?.scales[0] ?? 1;
  return scale(x) * scale(y) / scale(output) >= 1 ? 3 : 2;
}

const int8Is = (version: number) => (inputs: Tensors): number => isInt8(inputs[0]) ? version : 1;

const rules: Readonly<Partial<Record<OperatorName, (inputs: Tensors, outputs: Tensors) => number>>> = {
  CONV_2D: convolution(2, 5),
  DEPTHWISE_CONV_2D: convolution(4, 6),
  FULLY_CONNECTED: fullyConnected,
  MUL: product,
  DEQUANTIZE: ([x]) => x?.type === "FLOAT16" ? 3 : 2,
  QUANTIZE: int8Is(2),
  HARD_SWISH: () => 1,
  RESHAPE: () => 1,
};

/** The version to write for an operator. */
export function operatorVersion(operator: LiteOperator, tensors: Tensors): number {
  const inputs = operator.inputs.map((id) => tensors[id]!), outputs = operator.outputs.map((id) => tensors[id]!);
  return (rules[operator.name] ?? int8Is(2))(inputs, outputs);
}
