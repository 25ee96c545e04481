/**
 * Which operators the delegates of a phone support, taken from their sources: google-ai-edge/LiteRT at commit 034ec5b
 * of tflite/delegates/gpu/common/model_builder.cc (its `NewOperationParser` and the greatest version in each parser;
 * TensorFlow's copy under tensorflow/lite agrees), tflite/tools/versioning/gpu_compatibility.cc, and
 * tflite/delegates/xnnpack/xnnpack_delegate.cc at commit 038d2a2 (its `VisitNode` and the type checks that it calls).
 * Older releases support fewer operators.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The operators of the GPU delegate, grouped by the greatest version that it supports. */
const gpuByVersion: readonly (readonly [version: number, names: string])[] = [
  [1, "CUMSUM DENSIFY GATHER ONE_HOT PRELU RESHAPE SELECT SELECT_V2"],
  [
    2,
    `ABS ADD ADD_N AVERAGE_POOL_2D CONCATENATION COS DIV ELU EQUAL EXP FLOOR FLOOR_DIV FLOOR_MOD GELU GREATER
    GREATER_EQUAL LEAKY_RELU LESS LESS_EQUAL LOG LOGICAL_AND LOGISTIC MAXIMUM MAX_POOL_2D MINIMUM MIRROR_PAD NEG NOT_EQUAL
    PAD PADV2 POW QUANTIZE RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 RSQRT SIGN SIN SLICE SOFTMAX SPACE_TO_DEPTH SQRT SQUARE
    SQUARED_DIFFERENCE SUB TANH`,
  ],
  [3, "DEQUANTIZE MUL RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR TRANSPOSE_CONV"],
  [4, "LSTM STRIDED_SLICE TRANSPOSE"],
  [6, "CONV_2D DEPTHWISE_CONV_2D"],
  [9, "FULLY_CONNECTED"],
  [
    Infinity,
    `BATCH_MATMUL CAST DEPTH_TO_SPACE HARD_SWISH MEAN PACK REDUCE_MAX REDUCE_MIN REDUCE_PROD SPLIT SPLIT_V SUM TILE
    UNPACK`,
  ],
];

/**
 * The greatest version of each operator that the GPU delegate supports; infinite where it does not check the version.
 */
export const gpuVersions: ReadonlyMap<string, number> = new Map(
  gpuByVersion.flatMap(([version, names]) => words(names).map((name) => [name, version] as const)),
);

/** Operators that XNNPACK's delegate supports in float32 only. */
export const xnnpackFloat: ReadonlySet<string> = new Set(words(`
  ABS AVERAGE_POOL_2D CEIL COS DIV EXP FLOOR GELU HARD_SWISH MAXIMUM MINIMUM NEG PRELU RELU RELU6 RELU_N1_TO_1 ROUND RSQRT
  SIN SOFTMAX SQRT SQUARE SQUARED_DIFFERENCE
`));

/** Operators of MediaPipe's own that XNNPACK's delegate runs; its `VisitNode` knows them by their names. */
export const xnnpackCustom: ReadonlySet<string> = new Set(["Convolution2DTransposeBias"]);

/**
 * Operators that XNNPACK's delegate supports in 8 bits too. DENSIFY of constants is computed once, before the first
 * run.
 */
export const xnnpackQuantized: ReadonlySet<string> = new Set(words(`
  ADD BATCH_MATMUL CONCATENATION CONV_2D DENSIFY DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE ELU FULLY_CONNECTED LEAKY_RELU
  LOGISTIC MAX_POOL_2D MEAN MUL PAD QUANTIZE REDUCE_MAX REDUCE_MIN RESHAPE RESIZE_BILINEAR SLICE SPACE_TO_DEPTH SPLIT
  STRIDED_SLICE SUB SUM TANH TRANSPOSE TRANSPOSE_CONV
`));

/** XNNPACK's fast depthwise kernels have 3, 4, 9 or 25 taps (window positions); larger windows use a slow kernel. */
export const FAST_TAPS = 25;
