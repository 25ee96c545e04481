/** The WebGPU backend's table: how every operation is run. */
import type { OpTable } from "../../core/graph/row.ts";
import type { OpName } from "../../core/graph/ops.ts";
import type { WebGpuRow } from "./lowered.ts";
import { conv2d, linear } from "./rows/convolution.ts";
import { conv2dInput, conv2dWeight } from "./rows/convolution_gradients.ts";
import { activation, binary, unary } from "./rows/elementwise.ts";
import {
  broadcast,
  concat,
  flatten,
  padChannels,
  reduceSum,
  reshape,
  slice,
  transpose,
  unflatten,
} from "./rows/layout.ts";
import { channelStatistics, normalize } from "./rows/normalization.ts";
import { adaptiveAveragePool, windowPool } from "./rows/pooling.ts";
import { adaptiveAverageUnpool, averageUnpool, maxPoolGradient } from "./rows/pooling_gradients.ts";
import { means, sum, sumAbsDifference } from "./rows/reductions.ts";
import { logSoftmax } from "./rows/softmax.ts";
import { constant, gaussian, input } from "./rows/sources.ts";

/** A row for every operation, typed by its attributes. */
export const rows: { readonly [K in OpName]: WebGpuRow<K> } = {
  input,
  gaussian,
  constant,
  conv2d,
  conv2d_input: conv2dInput,
  conv2d_weight: conv2dWeight,
  linear,
  channel_mean: channelStatistics,
  channel_variance: channelStatistics,
  normalize,
  relu: activation("relu"),
  relu6: activation("relu6"),
  sigmoid: activation("sigmoid"),
  hard_sigmoid: activation("hard_sigmoid"),
  swish: activation("swish"),
  hard_swish: activation("hard_swish"),
  exp: unary("exp"),
  log: unary("log"),
  sqrt: unary("sqrt"),
  reciprocal: unary("reciprocal"),
  abs: unary("abs"),
  sign: unary("sign"),
  step: unary("step"),
  affine: unary("affine"),
  add: binary("add"),
  mul: binary("mul"),
  broadcast,
  reduce_sum: reduceSum,
  log_softmax: logSoftmax,
  concat,
  slice,
  pad_channels: padChannels,
  transpose,
  reshape,
  flatten,
  unflatten,
  max_pool: windowPool("maxPool"),
  average_pool: windowPool("averagePool"),
  adaptive_average_pool: adaptiveAveragePool,
  max_pool_gather: maxPoolGradient("poolGather"),
  max_pool_scatter: maxPoolGradient("poolScatter"),
  average_unpool: averageUnpool,
  adaptive_average_unpool: adaptiveAverageUnpool,
  sum,
  sum_abs_difference: sumAbsDifference,
  means,
} satisfies OpTable<unknown>;
