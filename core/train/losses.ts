/** Losses as nodes of a graph: each is a mean, `[1]`. */
import type { GraphBuilder, NodeId } from "../graph/graph.ts";
import { elementCount } from "../graph/shape.ts";

/** What a network says and what it should say. */
export interface CrossEntropyOptions {
  /** `[n, classes]`, before any softmax. */
  readonly logits: NodeId;
  /** Probabilities of the classes, `[n, classes]`: one at the right class, or smoothed, mixed, or another network's. */
  readonly targets: NodeId;
}

/**
 * The batch's mean of −Σ target · log softmax(logits).
 *
 * @example
 * ```ts
 * import { crossEntropy, evaluate, GraphBuilder } from "@zennas/zennas";
 * const builder = new GraphBuilder();
 * const logits = builder.add("constant", [], { shape: [1, 4], values: [7] });
 * const targets = builder.add("constant", [], { shape: [1, 4], values: [0, 0, 1, 0] });
 * const [loss] = evaluate(builder.build([crossEntropy(builder, { logits, targets })]));
 * if (Math.abs(loss![0]! - Math.log(4)) > 1e-12) throw new Error();
 * ```
 */
export function crossEntropy(builder: GraphBuilder, { logits, targets }: CrossEntropyOptions): NodeId {
  const logarithms = builder.add("log_softmax", [logits], {});
  const total = builder.add("sum", [builder.add("mul", [logarithms, targets], {})], {});
  return builder.add("affine", [total], { scale: -1 / builder.shape(logits)[0]!, shift: 0 });
}

/**
 * The mean over all elements of ½d² where |d| < 1, else |d| − ½, with d = x − y: with m = min(|d|, 1) both are
 * ½m² + |d| − m (Girshick, "Fast R-CNN", ICCV 2015; PyTorch's smooth L1 with β = 1).
 */
export function smoothL1(builder: GraphBuilder, x: NodeId, y: NodeId): NodeId {
  const affine = (id: NodeId, scale: number, shift: number): NodeId => builder.add("affine", [id], { scale, shift });
  const distance = builder.add("abs", [builder.add("add", [x, affine(y, -1, 0)], {})], {});
  const beyond = builder.add("relu", [affine(distance, 1, -1)], {});
  const within = builder.add("add", [distance, affine(beyond, -1, 0)], {});
  const square = affine(builder.add("mul", [within, within], {}), 0.5, 0);
  const total = builder.add("sum", [builder.add("add", [square, beyond], {})], {});
  return affine(total, 1 / elementCount(builder.shape(x)), 0);
}
