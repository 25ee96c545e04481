/** Rows of the operations that repeat a small tensor over a large one, and of the sums that undo it. */
import { elementCount, sameShape, type Shape } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { CpuLowering } from "../lowering.ts";

/** How a tensor `[1]`, `[c]` or `[n, 1, 1, c]` lies over another: each of its rows stands beside some rows of the other. */
interface Spread {
  readonly rows: number;
  readonly channels: number;
  readonly times: number;
}

function spreadOf(small: Shape, large: Shape): Spread {
  if (sameShape(small, large)) return { rows: 1, channels: elementCount(large), times: 1 };
  const channels = small.at(-1)!, rows = elementCount(small) / channels;
  return { rows, channels, times: elementCount(large) / elementCount(small) };
}

/** Writes rows as often as they are needed. */
export function broadcast(lowering: CpuLowering, { id, inputs, shape }: LoweredNode<"broadcast">): void {
  const { places } = lowering, x = places.of(inputs[0]!), y = places.place(id);
  const { rows, channels, times } = spreadOf(places.shape(inputs[0]!), shape);
  if (rows * channels === 1) lowering.add("fillFrom", { y, x, count: times });
  else lowering.add("repeatRows", { y, x, rows, bytes: 4 * channels, times });
}

/** Sums the rows that stand beside each row of the output. */
export function reduceSum(lowering: CpuLowering, { id, inputs, shape }: LoweredNode<"reduce_sum">): void {
  const { places } = lowering, x = places.of(inputs[0]!), y = places.place(id);
  const { rows, channels, times } = spreadOf(shape, places.shape(inputs[0]!));
  if (rows * channels === 1) return lowering.add("sum", { y, x, count: times, divisor: 1 });
  const scratch = lowering.scratch(8 * (channels + 3)), bytes = 4 * channels;
  for (let row = 0; row < rows; row++) {
    const to = { of: y, byte: bytes * row }, from = { of: x, byte: bytes * times * row };
    lowering.add("sumRows", { y: to, x: from, rows: times, channels, scratch });
  }
}
