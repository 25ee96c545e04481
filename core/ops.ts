/** The table of all operations. */
import type { OpDef } from "./op.ts";
import { conv2d, linear } from "./ops/conv2d.ts";
import { add, affine, log, mul, relu, sigmoid, swish } from "./ops/elementwise.ts";
import { concat, flatten } from "./ops/layout.ts";
import { channel_mean, channel_variance, normalize } from "./ops/normalize.ts";
import { adaptive_average_pool, average_pool, max_pool } from "./ops/pooling.ts";
import { means, sum, sum_abs_difference } from "./ops/reductions.ts";
import { constant, gaussian, input } from "./ops/sources.ts";

const table = {
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

/** The name of an operation. */
export type OpName = keyof typeof table;

/** The attributes that a node of this operation carries. */
export type AttributesOf<K extends OpName> = (typeof table)[K] extends OpDef<infer A> ? A : never;

/** Every operation by its name. */
export const ops: { readonly [K in OpName]: OpDef<AttributesOf<K>> } = table;
