/** The CPU backend's table: how every operation is run. */
import type { OpTable } from "../../core/graph/row.ts";
import type { OpName } from "../../core/graph/ops.ts";
import type { CpuRow } from "./lowered.ts";
import { conv2d, linear } from "./rows/convolution.ts";
import { conv2dInput, conv2dWeight } from "./rows/convolution_gradients.ts";
import { activation, binary, unary } from "./rows/elementwise.ts";
import { concat, flatten, padChannels, reshape, slice, transpose, unflatten } from "./rows/layout.ts";
import { channelStatistics, normalize } from "./rows/normalization.ts";
import { adaptiveAveragePool, adaptiveAverageUnpool, averageUnpool, movePooled, windowPool } from "./rows/pooling.ts";
import { means, sum, sumAbsDifference } from "./rows/reductions.ts";
import { logSoftmax } from "./rows/softmax.ts";
import { constant, gaussian, input } from "./rows/sources.ts";
import { broadcast, reduceSum } from "./rows/spreading.ts";

/** A row for every operation, typed by its attributes. */
export const rows: { readonly [K in OpName]: CpuRow<K> } = {
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
  step: activation("step"),
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
  max_pool: windowPool({ largest: true }),
  average_pool: windowPool({ largest: false }),
  adaptive_average_pool: adaptiveAveragePool,
  max_pool_gather: movePooled("max_pool_gather"),
  max_pool_scatter: movePooled("max_pool_scatter"),
  average_unpool: averageUnpool,
  adaptive_average_unpool: adaptiveAverageUnpool,
  sum,
  sum_abs_difference: sumAbsDifference,
  means,
} satisfies OpTable<unknown>;
