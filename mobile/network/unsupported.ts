/** Why operations have no form in a file, for both exporters. */
import type { NodeId } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import type { Unsupported } from "../../core/graph/row.ts";
import { MobileError } from "../errors.ts";

const rewritten: Unsupported = { unsupported: "simplification rewrites it before" };
const ofTheBatch: Unsupported = { unsupported: "statistics of a batch belong to training: export in inference mode" };

/** The reason of operations that only gradients and proxies need. */
export const ofTraining: Unsupported = {
  unsupported: "only training and proxies compute it, never a network's answer",
};

/** The error of a node that a format cannot express. */
export function unsupportedNode(
  { op, id }: { readonly op: OpName; readonly id: NodeId },
  { format, reason }: { readonly format: string; readonly reason: string },
): MobileError {
  return new MobileError("EXPORT_UNSUPPORTED_OP", `Cannot export ${op} (node ${id}) to ${format} as ${reason}`, {
    data: { op, node: id },
  });
}

/** The operations that have no row in any format. */
export const neverExported = {
  input: { unsupported: "the image and the parameters are put in place before" },
  gaussian: { unsupported: "a file holds values, not draws: feed the parameters" },
  constant: rewritten,
  normalize: rewritten,
  hard_sigmoid: rewritten,
  swish: rewritten,
  affine: rewritten,
  channel_mean: ofTheBatch,
  channel_variance: ofTheBatch,
  conv2d_input: ofTraining,
  conv2d_weight: ofTraining,
  step: ofTraining,
  broadcast: ofTraining,
  reduce_sum: ofTraining,
  slice: ofTraining,
  transpose: ofTraining,
  unflatten: ofTraining,
  reshape: ofTraining,
  max_pool_gather: ofTraining,
  max_pool_scatter: ofTraining,
  average_unpool: ofTraining,
  adaptive_average_unpool: ofTraining,
  sum: ofTraining,
  sum_abs_difference: ofTraining,
  means: ofTraining,
} as const satisfies Partial<Record<OpName, Unsupported>>;
