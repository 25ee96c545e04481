/**
 * What a phone's delegates would not run, or run slowly. A delegate takes over stretches of the graph; every operator that
 * it leaves to the interpreter breaks a stretch in two and costs more than its own time.
 *
 * XNNPACK's rules are those of tflite/delegates/xnnpack/xnnpack_delegate.cc and of XNNPACK's src/configs/dwconv-config.c,
 * the GPU's those of tflite/delegates/gpu/common/model_builder.cc.
 */
import type { FileGraph, FileOperator, FileTensor } from "./file.ts";

/** What runs operators in place of the interpreter. */
export type Delegate = "XNNPACK" | "GPU";

/** Something about an operator that costs time on a phone. */
export interface Finding {
  /** The operator's index. */
  readonly operator: number;
  /** The operator's name. */
  readonly name: string;
  /** Which delegate it is about. */
  readonly delegate: Delegate;
  /** `leaves`: the interpreter runs it; `slow`: the delegate has no fast kernel. */
  readonly effect: "leaves" | "slow";
  /** Why. */
  readonly reason: string;
}

/** An operator beside its tensors. */
interface Site {
  readonly operator: FileOperator;
  readonly inputs: readonly (FileTensor | undefined)[];
}

type Rule = (site: Site) => Pick<Finding, "delegate" | "effect" | "reason"> | undefined;

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Operators that XNNPACK's delegate knows in some form. */
const xnnpackOperators = words(`
  ABS ADD AVERAGE_POOL_2D BATCH_MATMUL CEIL CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE DIV ELU FLOOR
  FULLY_CONNECTED GELU HARD_SWISH LEAKY_RELU LOGISTIC MAXIMUM MAX_POOL_2D MEAN MINIMUM MUL NEG PAD PRELU QUANTIZE RELU
  RELU6 RELU_N1_TO_1 RESHAPE RESIZE_BILINEAR ROUND RSQRT SLICE SOFTMAX SPACE_TO_DEPTH SPLIT SQRT SQUARE
  SQUARED_DIFFERENCE STRIDED_SLICE SUB TANH TRANSPOSE TRANSPOSE_CONV
`);

/** Operators that the GPU delegate knows in some form. */
const gpuOperators = words(`
  ABS ADD AVERAGE_POOL_2D BATCH_MATMUL CAST CONCATENATION CONV_2D COS CUMSUM DENSIFY DEPTHWISE_CONV_2D DEQUANTIZE DIV ELU
  EQUAL EXP FLOOR FLOOR_DIV FLOOR_MOD FULLY_CONNECTED GATHER GELU GREATER GREATER_EQUAL HARD_SWISH LEAKY_RELU LESS
  LESS_EQUAL LOG LOGICAL_AND LOGISTIC LSTM MAXIMUM MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NEG NOT_EQUAL ONE_HOT PACK PAD
  POW PRELU QUANTIZE REDUCE_MAX REDUCE_MIN REDUCE_PROD RELU RELU6 RELU_N1_TO_1 RESHAPE RESIZE_BILINEAR
  RESIZE_NEAREST_NEIGHBOR RSQRT SELECT_V2 SIN SLICE SOFTMAX SPACE_TO_DEPTH SPLIT SPLIT_V SQRT SQUARE SQUARED_DIFFERENCE
  STRIDED_SLICE SUB SUM TANH TILE TRANSPOSE TRANSPOSE_CONV UNPACK
`);

/** Operators that XNNPACK's delegate knows in float32 only. */
const floatOnly = words("AVERAGE_POOL_2D GELU HARD_SWISH LEAKY_RELU PRELU RELU RELU6 RELU_N1_TO_1 SOFTMAX SQRT RSQRT");

const biased = words("CONV_2D DEPTHWISE_CONV_2D");

/** XNNPACK's depthwise kernels read this many taps at once; larger windows take another, slow path. */
const FAST_TAPS = 25;

const isQuantized = (tensor: FileTensor | undefined): boolean => tensor?.type === "INT8" || tensor?.type === "UINT8";

const leaves = (delegate: Delegate, reason: string) => ({ delegate, effect: "leaves", reason }) as const;

const rules: readonly Rule[] = [
  ({ operator: { name } }) =>
    xnnpackOperators.has(name) ? undefined : leaves("XNNPACK", "the delegate does not know the operator"),
  ({ operator: { name }, inputs: [x] }) =>
    floatOnly.has(name) && isQuantized(x) ? leaves("XNNPACK", "the delegate knows it in float32 only") : undefined,
  ({ operator: { name }, inputs: [x, weight] }) =>
    name === "DEPTHWISE_CONV_2D" && x?.type === "FLOAT32" && isQuantized(weight)
      ? leaves("XNNPACK", "the delegate takes no 8-bit depthwise weights with float activations")
      : undefined,
  ({ operator: { name }, inputs: [, , bias] }) =>
    biased.has(name) && !bias ? leaves("XNNPACK", "the delegate takes no convolution without a bias") : undefined,
  ({ operator: { name }, inputs: [, weight] }) => {
    const [, kh = 0, kw = 0] = weight?.shape ?? [];
    if (name !== "DEPTHWISE_CONV_2D" || kh * kw <= FAST_TAPS) return undefined;
    const reason = `there is no fast kernel for a depthwise window of ${kh}×${kw}, only for up to 5×5`;
    return { delegate: "XNNPACK", effect: "slow", reason };
  },
  ({ operator: { name } }) =>
    gpuOperators.has(name) ? undefined : leaves("GPU", "the delegate does not know the operator"),
];

/** What would cost time on a phone, by operator. */
export function lintGraph({ operators, tensors }: FileGraph): Finding[] {
  return operators.flatMap((operator, index) => {
    const site = { operator, inputs: operator.inputs.map((id) => tensors[id]) };
    return rules.flatMap((rule) => {
      const found = rule(site);
      return found ? [{ operator: index, name: operator.name, ...found }] : [];
    });
  });
}
