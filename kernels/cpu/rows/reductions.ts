/** Rows of the reductions. */
import { elementCount } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { CpuLowering } from "../lowering.ts";

/** The sum of all elements. */
export function sum(lowering: CpuLowering, { id, inputs }: LoweredNode<"sum">): void {
  const { places } = lowering, x = places.of(inputs[0]!), y = places.place(id);
  lowering.add("sum", { y, x, count: elementCount(places.shape(inputs[0]!)), divisor: 1 });
}

/** Σ|a − b|. */
export function sumAbsDifference(
  lowering: CpuLowering,
  { id, inputs: [first, second] }: LoweredNode<"sum_abs_difference">,
): void {
  const { places } = lowering, a = places.of(first!), b = places.of(second!), y = places.place(id);
  lowering.add("sumAbsDifference", { y, a, b, count: elementCount(places.shape(first!)) });
}

/** The mean of each input. */
export function means(lowering: CpuLowering, { id, inputs }: LoweredNode<"means">): void {
  const { places } = lowering, of = places.place(id);
  inputs.forEach((from, index) => {
    const count = elementCount(places.shape(from));
    lowering.add("sum", { y: { of, byte: 4 * index }, x: places.of(from), count, divisor: count });
  });
}
