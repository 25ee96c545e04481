/** What each operation becomes in TensorFlow Lite: a row for every operation, or the reason why there is none. */
import type { RowTable } from "../../core/graph/row.ts";
import { neverExported, ofTraining } from "../network/unsupported.ts";
import type { LiteLowering } from "./lowering.ts";
import { conv2d, linear } from "./rows/convolution.ts";
import {
  abs,
  add,
  concat,
  exp,
  flatten,
  hard_swish,
  log,
  mul,
  pad_channels,
  relu,
  relu6,
  sigmoid,
  sqrt,
} from "./rows/elementwise.ts";
import { adaptive_average_pool, average_pool, max_pool } from "./rows/pooling.ts";

/** Every operation's row. */
export const rows: RowTable<LiteLowering> = {
  ...neverExported,
  conv2d,
  linear,
  relu,
  relu6,
  sigmoid,
  hard_swish,
  exp,
  log,
  sqrt,
  reciprocal: ofTraining,
  abs,
  sign: ofTraining,
  add,
  mul,
  log_softmax: { unsupported: "it belongs to a loss: export logits, or probabilities by softmax" },
  concat,
  pad_channels,
  flatten,
  max_pool,
  average_pool,
  adaptive_average_pool,
};
