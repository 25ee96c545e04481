/** Rows of the operations that move values. */
import { elementCount, nhwc, sameShape, type Shape } from "../../../core/graph/shape.ts";
import type { Buffer } from "../arena.ts";
import type { LoweredNode } from "../../lowering/row.ts";
import type { Lowering } from "../lowering.ts";
import { SUM_SPREAD_ELEMENTS } from "../wgsl/reductions.ts";

/** Copies each input's rows between the others'. */
export function concat(lowering: Lowering, { id, inputs, shape }: LoweredNode<"concat">): void {
  const y = lowering.place(id), yPitch = shape.at(-1)!;
  let first = 0;
  for (const from of inputs) {
    const x = lowering.buffer(from), columns = lowering.shape(from).at(-1)!, count = x.elements;
    const rows = { first, count, columns, skip: 0, xPitch: columns, yPitch };
    lowering.add("copyRows", { x, y, xSpace: x.space, ySpace: y.space, ...rows }, { over: { invocations: count } });
    first += columns;
  }
}

/** Copies a part of each row. */
export function slice(
  lowering: Lowering,
  { id, inputs, attributes: { start, length } }: LoweredNode<"slice">,
): void {
  const x = lowering.buffer(inputs[0]!), y = lowering.place(id), xPitch = lowering.shape(inputs[0]!).at(-1)!;
  const rows = { first: 0, count: y.elements, columns: length, skip: start, xPitch, yPitch: length };
  lowering.add("copyRows", { x, y, xSpace: x.space, ySpace: y.space, ...rows }, {
    over: { invocations: y.elements },
  });
}

/** Copies a buffer to another of its size. */
export function copyAll(lowering: Lowering, x: Buffer, y: Buffer): void {
  const count = y.elements, rows = { first: 0, count, columns: count, skip: 0, xPitch: count, yPitch: count };
  lowering.add("copyRows", { x, y, xSpace: x.space, ySpace: y.space, ...rows }, { over: { invocations: count } });
}

/** A copy under another shape. */
export function reshape(lowering: Lowering, { id, inputs }: LoweredNode<"reshape">): void {
  copyAll(lowering, lowering.buffer(inputs[0]!), lowering.place(id));
}

/** Exchanges rows and columns of each of some matrices. */
function lowerTranspose(lowering: Lowering, { id, inputs }: LoweredNode<"flatten" | "unflatten" | "transpose">, size: {
  readonly rows: number;
  readonly columns: number;
}): void {
  const x = lowering.buffer(inputs[0]!), y = lowering.place(id), count = y.elements;
  lowering.add("transposeRows", { x, y, count, ...size }, { over: { invocations: count } });
}

/** Rows and columns exchanged. */
export function transpose(lowering: Lowering, node: LoweredNode<"transpose">): void {
  const [rows, columns] = lowering.shape(node.inputs[0]!) as [number, number];
  lowerTranspose(lowering, node, { rows, columns });
}

/** Channels outermost. */
export function flatten(lowering: Lowering, node: LoweredNode<"flatten">): void {
  const [, h, w, c] = nhwc(lowering.shape(node.inputs[0]!), "a tensor to flatten");
  lowerTranspose(lowering, node, { rows: h * w, columns: c });
}

/** Channels innermost. */
export function unflatten(lowering: Lowering, node: LoweredNode<"unflatten">): void {
  const [, h, w, c] = nhwc(node.shape, "an unflattened tensor");
  lowerTranspose(lowering, node, { rows: c, columns: h * w });
}

/** How a small tensor repeats over a large one: element i of it is `⌊i / period⌋ · inner + i mod inner` of the small one. */
export interface Repetition {
  readonly period: number;
  readonly inner: number;
}

/** How the small tensor repeats: not at all, or one value, or one a channel, or one a channel of each image. */
export function repetition(small: Shape, large: Shape): Repetition {
  const count = elementCount(large);
  if (sameShape(small, large)) return { period: count, inner: count };
  if (small.length === 1) return { period: count, inner: small[0]! };
  return { period: count / large[0]!, inner: large.at(-1)! };
}

/** Each element as often as it is needed. */
export function broadcast(lowering: Lowering, { id, inputs, shape }: LoweredNode<"broadcast">): void {
  const x = lowering.buffer(inputs[0]!), y = lowering.place(id), count = y.elements;
  const spaces = { xSpace: x.space, ySpace: y.space };
  lowering.add("spread", { x, y, ...spaces, count, ...repetition(lowering.shape(inputs[0]!), shape) }, {
    over: { invocations: count },
  });
}

/** The sum of what each element would be spread over. */
export function reduceSum(lowering: Lowering, { id, inputs, shape }: LoweredNode<"reduce_sum">): void {
  const x = lowering.buffer(inputs[0]!), y = lowering.place(id), elements = y.elements;
  const spaces = { xSpace: x.space, ySpace: y.space };
  lowering.add("sumSpread", { x, y, ...spaces, ...repetition(shape, lowering.shape(inputs[0]!)), elements }, {
    over: { workgroups: Math.ceil(elements / SUM_SPREAD_ELEMENTS) },
  });
}
