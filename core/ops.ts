/** The table of all operations. */
import type { OpDef } from "./op.ts";
import { conv2d, type Conv2dAttributes, linear } from "./ops/conv2d.ts";
import {
  add,
  affine,
  type AffineAttributes,
  log,
  mul,
  type NoAttributes,
  relu,
  sigmoid,
  swish,
} from "./ops/elementwise.ts";
import { concat, flatten } from "./ops/layout.ts";
import { channel_mean, channel_variance, normalize, type NormalizeAttributes } from "./ops/normalize.ts";
import {
  adaptive_average_pool,
  type AdaptivePoolAttributes,
  average_pool,
  max_pool,
  type PoolAttributes,
} from "./ops/pooling.ts";
import { means, sum, sum_abs_difference } from "./ops/reductions.ts";
import {
  constant,
  type ConstantAttributes,
  gaussian,
  type GaussianAttributes,
  input,
  type InputAttributes,
} from "./ops/sources.ts";

/** The attributes of each operation's nodes, by the operation's name. */
export type OpAttributes = {
  readonly input: InputAttributes;
  readonly gaussian: GaussianAttributes;
  readonly constant: ConstantAttributes;
  readonly conv2d: Conv2dAttributes;
  readonly linear: NoAttributes;
  readonly channel_mean: NoAttributes;
  readonly channel_variance: NoAttributes;
  readonly normalize: NormalizeAttributes;
  readonly relu: NoAttributes;
  readonly sigmoid: NoAttributes;
  readonly swish: NoAttributes;
  readonly log: NoAttributes;
  readonly affine: AffineAttributes;
  readonly add: NoAttributes;
  readonly mul: NoAttributes;
  readonly concat: NoAttributes;
  readonly flatten: NoAttributes;
  readonly max_pool: PoolAttributes;
  readonly average_pool: PoolAttributes;
  readonly adaptive_average_pool: AdaptivePoolAttributes;
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
  linear,
  channel_mean,
  channel_variance,
  normalize,
  relu,
  sigmoid,
  swish,
  log,
  affine,
  add,
  mul,
  concat,
  flatten,
  max_pool,
  average_pool,
  adaptive_average_pool,
  sum,
  sum_abs_difference,
  means,
};
