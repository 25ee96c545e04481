/** The table of all operations. */
import type { OpDef } from "./op.ts";
import { broadcast, reduce_sum, type ShapeAttributes } from "./ops/broadcast.ts";
import { conv2d, type Conv2dAttributes, linear } from "./ops/conv2d.ts";
import {
  conv2d_input,
  conv2d_weight,
  type Conv2dInputAttributes,
  type Conv2dWeightAttributes,
} from "./ops/conv2d_gradients.ts";
import {
  abs,
  add,
  affine,
  type AffineAttributes,
  exp,
  hard_sigmoid,
  hard_swish,
  log,
  mul,
  type NoAttributes,
  reciprocal,
  relu,
  relu6,
  sigmoid,
  sign,
  sqrt,
  step,
  swish,
} from "./ops/elementwise.ts";
import {
  concat,
  flatten,
  pad_channels,
  type PadChannelsAttributes,
  reshape,
  slice,
  type SliceAttributes,
  transpose,
  unflatten,
  type UnflattenAttributes,
} from "./ops/layout.ts";
import { channel_mean, channel_variance, normalize, type NormalizeAttributes } from "./ops/normalize.ts";
import {
  adaptive_average_pool,
  type AdaptivePoolAttributes,
  average_pool,
  max_pool,
  type PoolAttributes,
} from "./ops/pooling.ts";
import {
  adaptive_average_unpool,
  type AdaptiveUnpoolAttributes,
  average_unpool,
  max_pool_gather,
  max_pool_scatter,
  type UnpoolAttributes,
} from "./ops/pooling_gradients.ts";
import { means, sum, sum_abs_difference } from "./ops/reductions.ts";
import {
  constant,
  type ConstantAttributes,
  gaussian,
  type GaussianAttributes,
  input,
  type InputAttributes,
} from "./ops/sources.ts";
import { log_softmax } from "./ops/softmax.ts";

/** The attributes of each operation's nodes, by the operation's name. */
export type OpAttributes = {
  readonly input: InputAttributes;
  readonly gaussian: GaussianAttributes;
  readonly constant: ConstantAttributes;
  readonly conv2d: Conv2dAttributes;
  readonly conv2d_input: Conv2dInputAttributes;
  readonly conv2d_weight: Conv2dWeightAttributes;
  readonly linear: NoAttributes;
  readonly channel_mean: NoAttributes;
  readonly channel_variance: NoAttributes;
  readonly normalize: NormalizeAttributes;
  readonly relu: NoAttributes;
  readonly relu6: NoAttributes;
  readonly sigmoid: NoAttributes;
  readonly hard_sigmoid: NoAttributes;
  readonly swish: NoAttributes;
  readonly hard_swish: NoAttributes;
  readonly exp: NoAttributes;
  readonly log: NoAttributes;
  readonly sqrt: NoAttributes;
  readonly reciprocal: NoAttributes;
  readonly abs: NoAttributes;
  readonly sign: NoAttributes;
  readonly step: NoAttributes;
  readonly affine: AffineAttributes;
  readonly add: NoAttributes;
  readonly mul: NoAttributes;
  readonly broadcast: ShapeAttributes;
  readonly reduce_sum: ShapeAttributes;
  readonly log_softmax: NoAttributes;
  readonly concat: NoAttributes;
  readonly slice: SliceAttributes;
  readonly pad_channels: PadChannelsAttributes;
  readonly transpose: NoAttributes;
  readonly reshape: ShapeAttributes;
  readonly flatten: NoAttributes;
  readonly unflatten: UnflattenAttributes;
  readonly max_pool: PoolAttributes;
  readonly average_pool: PoolAttributes;
  readonly adaptive_average_pool: AdaptivePoolAttributes;
  readonly max_pool_gather: PoolAttributes;
  readonly max_pool_scatter: PoolAttributes;
  readonly average_unpool: UnpoolAttributes;
  readonly adaptive_average_unpool: AdaptiveUnpoolAttributes;
  readonly sum: NoAttributes;
  readonly sum_abs_difference: NoAttributes;
  readonly means: NoAttributes;
};

/** The name of an operation. */
export type OpName = keyof OpAttributes;

/** Every operation by its name. */
export const ops: { readonly [K in OpName]: OpDef<OpAttributes[K]> } = {
  input,
  gaussian,
  constant,
  conv2d,
  conv2d_input,
  conv2d_weight,
  linear,
  channel_mean,
  channel_variance,
  normalize,
  relu,
  relu6,
  sigmoid,
  hard_sigmoid,
  swish,
  hard_swish,
  exp,
  log,
  sqrt,
  reciprocal,
  abs,
  sign,
  step,
  affine,
  add,
  mul,
  broadcast,
  reduce_sum,
  log_softmax,
  concat,
  slice,
  pad_channels,
  transpose,
  reshape,
  flatten,
  unflatten,
  max_pool,
  average_pool,
  adaptive_average_pool,
  max_pool_gather,
  max_pool_scatter,
  average_unpool,
  adaptive_average_unpool,
  sum,
  sum_abs_difference,
  means,
};
