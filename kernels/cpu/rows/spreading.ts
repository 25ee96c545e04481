/** Rows of the operations that repeat a small tensor over a large one, and of the sums that undo it. */
import { elementCount, sameShape, type Shape } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../lowering/row.ts";
import type { Lowering } from "../lowering.ts";

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
export function broadcast(lowering: Lowering, { id, inputs, shape }: LoweredNode<"broadcast">): void {
  const x = lowering.tensor(inputs[0]!), y = lowering.place(id);
  const { rows, channels, times } = spreadOf(lowering.shape(inputs[0]!), shape);
  lowering.task([x, y], ({ kernels }) => {
    if (rows * channels === 1) kernels.fillFrom(y.address, x.address, times);
    else kernels.repeatRows(y.address, x.address, rows, 4 * channels, times);
  });
}

/** Sums the rows that stand beside each row of the output. */
export function reduceSum(lowering: Lowering, { id, inputs, shape }: LoweredNode<"reduce_sum">): void {
  const x = lowering.tensor(inputs[0]!), y = lowering.place(id);
  const { rows, channels, times } = spreadOf(shape, lowering.shape(inputs[0]!));
  const scratch = lowering.scratch(8 * (channels + 3));
  lowering.task([x, y, scratch], ({ kernels }) => {
    if (rows * channels === 1) return kernels.sum(y.address, x.address, times, 1);
    for (let row = 0; row < rows; row++) {
      const to = y.address + 4 * channels * row, from = x.address + 4 * channels * times * row;
      kernels.sumRows(to, from, times, channels, scratch.address);
    }
  });
}
