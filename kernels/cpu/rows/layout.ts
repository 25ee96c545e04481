/** Rows of the operations that move values. */
import { elementCount, nhwc } from "../../../core/shape.ts";
import type { LoweredNode, Lowering } from "../lowering.ts";

/** Copies each input's rows between the others'. */
export function concat(lowering: Lowering, { id, inputs, shape }: LoweredNode<"concat">): void {
  const rows = elementCount(shape.slice(0, -1)), pitch = 4 * shape.at(-1)!;
  const tensors = inputs.map((from) => ({ x: lowering.tensor(from), bytes: 4 * lowering.shape(from).at(-1)! }));
  const y = lowering.place(id);
  lowering.task([...tensors.map(({ x }) => x), y], ({ kernels }) => {
    let column = 0;
    for (const { x, bytes } of tensors) {
      kernels.copyRows(y.address + column, pitch, x.address, bytes, bytes, rows);
      column += bytes;
    }
  });
}

/** Channels outermost; a copy where there is one pixel. */
export function flatten(lowering: Lowering, { id, inputs }: LoweredNode<"flatten">): void {
  const [n, h, w, c] = nhwc(lowering.shape(inputs[0]!), "a tensor to flatten");
  const x = lowering.tensor(inputs[0]!), y = lowering.place(id);
  lowering.task([x, y], ({ kernels }) => kernels.channelsFirst(y.address, x.address, n, h * w, c));
}
