/** Converts networks to TensorFlow Lite models in float32. */
import type { Unsupported } from "../../core/graph/row.ts";
import type { OpName } from "../../core/graph/ops.ts";
import type { InferenceNetwork } from "../network/network.ts";
import { unsupportedNode } from "../network/unsupported.ts";
import { LiteLowering, type LiteRow } from "./lowering.ts";
import type { LiteModel } from "./model.ts";
import { rows } from "./rows.ts";

/** Options of the conversion. */
export interface LowerOptions {
  /** Whether the model ends in a softmax, so that its output is probabilities instead of logits. */
  readonly softmax?: boolean;
}

function rowOf(op: OpName, id: number): LiteRow<OpName> {
  const row = rows[op] as LiteRow<OpName> | Unsupported;
  if (typeof row === "function") return row;
  throw unsupportedNode({ op, id }, { format: "TensorFlow Lite", reason: row.unsupported });
}

/**
 * Converts a simplified network to a float32 model. Tensors stay channels-last (NHWC), activations are fused, and every
 * layer has an explicit bias. Throws MobileError EXPORT_UNSUPPORTED_OP.
 */
export function lowerToLite(network: InferenceNetwork, { softmax = false }: LowerOptions = {}): LiteModel {
  const lowering = new LiteLowering(network);
  const input = lowering.placeImage();
  network.graph.nodes.forEach((node, id) => {
    if (node.op !== "input" && !lowering.isPlaced(id)) rowOf(node.op, id)(lowering, { ...node, id });
  });
  const logits = lowering.tensor(network.graph.outputs[0]!);
  if (!softmax) return lowering.builder.build({ input, output: logits });
  const { shape } = lowering.builder.get(logits);
  const output = lowering.builder.tensor({ name: "probabilities", shape, type: "FLOAT32" });
  lowering.operator({
    name: "SOFTMAX",
    inputs: [logits],
    outputs: [output],
    options: { table: "SoftmaxOptions", beta: 1 },
  });
  return lowering.builder.build({ input, output });
}
