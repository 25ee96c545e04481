/** Rows of the operations that move values. */
import { elementCount, nhwc } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../lowering/row.ts";
import type { Lowering } from "../lowering.ts";

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

/** Channels innermost again. */
export function unflatten(lowering: Lowering, { id, inputs, shape }: LoweredNode<"unflatten">): void {
  const [n, h, w, c] = nhwc(shape, "an activation");
  const x = lowering.tensor(inputs[0]!), y = lowering.place(id);
  lowering.task([x, y], ({ kernels }) => kernels.channelsFirst(y.address, x.address, n, c, h * w));
}

/** Rows become columns. */
export function transpose(lowering: Lowering, { id, inputs, shape }: LoweredNode<"transpose">): void {
  const [columns, rows] = shape as [number, number];
  const x = lowering.tensor(inputs[0]!), y = lowering.place(id);
  lowering.task([x, y], ({ kernels }) => kernels.channelsFirst(y.address, x.address, 1, rows, columns));
}

/** Copies a part of each row. */
export function slice(lowering: Lowering, { id, inputs, attributes, shape }: LoweredNode<"slice">): void {
  const rows = elementCount(shape.slice(0, -1)), bytes = 4 * attributes.length;
  const pitch = 4 * lowering.shape(inputs[0]!).at(-1)!, first = 4 * attributes.start;
  const x = lowering.tensor(inputs[0]!), y = lowering.place(id);
  lowering.task([x, y], ({ kernels }) => kernels.copyRows(y.address, bytes, x.address + first, pitch, bytes, rows));
}

/** The same tensor. */
export function reshape(lowering: Lowering, { id, inputs }: LoweredNode<"reshape">): void {
  lowering.placeSame(id, lowering.tensor(inputs[0]!));
}
