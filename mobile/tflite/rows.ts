/** The conversion of each operation to TensorFlow Lite: a row for every operation, or the reason why there is none. */
import type { Unsupported } from "../../core/graph/backend.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { conv2d, linear } from "./rows/convolution.ts";
import { abs, add, concat, exp, flatten, log, mul, relu, sigmoid, sqrt } from "./rows/elementwise.ts";
import { adaptive_average_pool, average_pool, max_pool } from "./rows/pooling.ts";
import type { LoweredNode, Lowering } from "./lowering.ts";

/** How an operation is exported: adds the operators that compute the node. */
export type LiteRow<K extends OpName> = (lowering: Lowering, node: LoweredNode<K>) => void;

const rewritten: Unsupported = { unsupported: "simplification rewrites it before" };
const ofTheBatch: Unsupported = { unsupported: "statistics of a batch belong to training: export in inference mode" };
const ofTraining: Unsupported = { unsupported: "only training and proxies compute it, never a network's answer" };

/** Every operation's row. */
export const rows: { readonly [K in OpName]: LiteRow<K> | Unsupported } = {
  input: { unsupported: "the image and the parameters are put in place before" },
  gaussian: { unsupported: "a file holds values, not draws: feed the parameters" },
  constant: rewritten,
  conv2d,
  conv2d_input: ofTraining,
  conv2d_weight: ofTraining,
  linear,
  channel_mean: ofTheBatch,
  channel_variance: ofTheBatch,
  normalize: rewritten,
  relu,
  sigmoid,
  swish: rewritten,
  exp,
  log,
  sqrt,
  reciprocal: ofTraining,
  abs,
  sign: ofTraining,
  step: ofTraining,
  affine: rewritten,
  add,
  mul,
  broadcast: ofTraining,
  reduce_sum: ofTraining,
  log_softmax: { unsupported: "it belongs to a loss: export logits, or probabilities by softmax" },
  concat,
  slice: ofTraining,
  transpose: ofTraining,
  flatten,
  unflatten: ofTraining,
  reshape: ofTraining,
  max_pool,
  average_pool,
  adaptive_average_pool,
  max_pool_gather: ofTraining,
  max_pool_scatter: ofTraining,
  average_unpool: ofTraining,
  adaptive_average_unpool: ofTraining,
  sum: ofTraining,
  sum_abs_difference: ofTraining,
  means: ofTraining,
};
