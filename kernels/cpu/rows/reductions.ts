/** Rows of the reductions. */
import { elementCount } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../lowering/row.ts";
import type { Lowering } from "../lowering.ts";

/** The sum of all elements. */
export function sum(lowering: Lowering, { id, inputs }: LoweredNode<"sum">): void {
  const x = lowering.tensor(inputs[0]!), y = lowering.place(id), count = elementCount(lowering.shape(inputs[0]!));
  lowering.task([x, y], ({ kernels }) => kernels.sum(y.address, x.address, count, 1));
}

/** Σ|a − b|. */
export function sumAbsDifference(
  lowering: Lowering,
  { id, inputs: [first, second] }: LoweredNode<"sum_abs_difference">,
): void {
  const a = lowering.tensor(first!), b = lowering.tensor(second!), y = lowering.place(id);
  const count = elementCount(lowering.shape(first!));
  lowering.task([a, b, y], ({ kernels }) => kernels.sumAbsDifference(y.address, a.address, b.address, count));
}

/** The mean of each input. */
export function means(lowering: Lowering, { id, inputs }: LoweredNode<"means">): void {
  const tensors = inputs.map((from) => ({ x: lowering.tensor(from), count: elementCount(lowering.shape(from)) }));
  const y = lowering.place(id);
  lowering.task([...tensors.map(({ x }) => x), y], ({ kernels }) => {
    tensors.forEach(({ x, count }, index) => kernels.sum(y.address + 4 * index, x.address, count, count));
  });
}
