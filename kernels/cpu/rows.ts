/** The CPU backend's table: how every operation is run. */
import type { OpTable } from "../../core/backend.ts";
import type { OpName } from "../../core/ops.ts";
import type { CpuRow } from "./lowering.ts";
import { conv2d, linear } from "./rows/convolution.ts";
import { activation, binary, unary } from "./rows/elementwise.ts";
import { concat, flatten } from "./rows/layout.ts";
import { channelStatistics, normalize } from "./rows/normalization.ts";
import { adaptiveAveragePool, windowPool } from "./rows/pooling.ts";
import { means, sum, sumAbsDifference } from "./rows/reductions.ts";
import { constant, gaussian, input } from "./rows/sources.ts";

/** A row for every operation, typed by its attributes. */
export const rows: { readonly [K in OpName]: CpuRow<K> } = {
  input,
  gaussian,
  constant,
  conv2d,
  linear,
  channel_mean: channelStatistics,
  channel_variance: channelStatistics,
  normalize,
  relu: activation("relu"),
  sigmoid: activation("sigmoid"),
  swish: activation("swish"),
  log: unary("log"),
  affine: unary("affine"),
  add: binary("add"),
  mul: binary("mul"),
  concat,
  flatten,
  max_pool: windowPool({ largest: true }),
  average_pool: windowPool({ largest: false }),
  adaptive_average_pool: adaptiveAveragePool,
  sum,
  sum_abs_difference: sumAbsDifference,
  means,
} satisfies OpTable<unknown>;
