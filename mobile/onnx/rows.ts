/** What each operation becomes in ONNX: a row for every operation, or the reason why there is none. */
import type { OpName } from "../../core/graph/ops.ts";
import { ohwi, type WindowAxis } from "../../core/graph/shape.ts";
import type { RowTable } from "../../core/graph/row.ts";
import { neverExported, unsupportedNode } from "../network/unsupported.ts";
import type { OnnxAttributes, OnnxLowering, OnnxRow } from "./lowering.ts";

/** An operator of the same inputs with fixed attributes. */
function plain(type: string, attributes: OnnxAttributes = {}): OnnxRow<OpName> {
  return (lowering, { id, inputs }) => lowering.operator(id, { type, inputs, attributes });
}

function window({ kernel, stride, padding, paddingAfter = padding }: WindowAxis): OnnxAttributes {
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, paddingAfter, paddingAfter],
  };
}

const conv2d: OnnxRow<"conv2d"> = (lowering, { id, inputs, attributes }) => {
  const [, kernel] = ohwi(lowering.shape(inputs[1]!), "a weight");
  const geometry = { ...window({ ...attributes, kernel }), group: attributes.groups };
  lowering.operator(id, { type: "Conv", inputs, attributes: geometry });
};

const relu6: OnnxRow<"relu6"> = (lowering, { id, inputs }) =>
  lowering.operator(id, { type: "Clip", inputs, constants: { min: 0, max: 6 } });

/** Channels are the second axis here. */
const pad_channels: OnnxRow<"pad_channels"> = (lowering, { id, inputs, attributes: { before, after }, shape }) => {
  const sides = (count: number): number[] => shape.map((_, axis) => axis === 1 ? count : 0);
  lowering.operator(id, { type: "Pad", inputs, constants: { pads: [...sides(before), ...sides(after)] } });
};

function pool(type: "MaxPool" | "AveragePool"): OnnxRow<"max_pool" | "average_pool"> {
  return (lowering, { id, inputs, attributes }) =>
    lowering.operator(id, { type, inputs, attributes: window(attributes) });
}

const adaptive_average_pool: OnnxRow<"adaptive_average_pool"> = (lowering, { id, inputs, attributes: { size } }) => {
  if (size === 1) return lowering.operator(id, { type: "GlobalAveragePool", inputs });
  const [, h, w] = lowering.shape(inputs[0]!) as readonly [number, number, number, number];
  if (h % size !== 0 || w % size !== 0) {
    const reason = `${h}×${w} pixels do not divide into ${size}×${size} equal parts`;
    throw unsupportedNode({ op: "adaptive_average_pool", id }, { format: "ONNX", reason });
  }
  const extents = [h / size, w / size];
  lowering.operator(id, { type: "AveragePool", inputs, attributes: { kernel_shape: extents, strides: extents } });
};

/** Every operation's row. */
export const rows: RowTable<OnnxLowering> = {
  ...neverExported,
  conv2d,
  linear: plain("Gemm", { transB: 1 }),
  relu: plain("Relu"),
  relu6,
  sigmoid: plain("Sigmoid"),
  hard_swish: plain("HardSwish"),
  exp: plain("Exp"),
  log: plain("Log"),
  sqrt: plain("Sqrt"),
  reciprocal: plain("Reciprocal"),
  abs: plain("Abs"),
  sign: plain("Sign"),
  add: plain("Add"),
  mul: plain("Mul"),
  log_softmax: plain("LogSoftmax", { axis: -1 }),
  concat: plain("Concat", { axis: 1 }),
  pad_channels,
  flatten: plain("Flatten", { axis: 1 }),
  max_pool: pool("MaxPool"),
  average_pool: pool("AveragePool"),
  adaptive_average_pool,
};
