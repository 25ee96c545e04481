/** Rows of the operations that move values. */
import { elementCount, nhwc, sameShape, type Shape } from "../../../core/graph/shape.ts";
import type { Buffer } from "../arena.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { WebGpuLowering } from "../lowering.ts";
import { SUM_SPREAD_ELEMENTS } from "../wgsl/reductions.ts";

/** Copies each input's rows between the others'. */
export function concat(lowering: WebGpuLowering, { id, inputs, shape }: LoweredNode<"concat">): void {
  const { places } = lowering, y = places.place(id), yPitch = shape.at(-1)!;
  let first = 0;
  for (const from of inputs) {
    const x = places.of(from), columns = places.shape(from).at(-1)!, count = x.elements;
    const rows = { first, count, columns, skip: 0, xPitch: columns, yPitch };
    lowering.add("copyRows", { x, y, xSpace: x.space, ySpace: y.space, ...rows }, { over: { invocations: count } });
    first += columns;
  }
}

/** Copies a part of each row. */
export function slice(
  lowering: WebGpuLowering,
  { id, inputs, attributes: { start, length } }: LoweredNode<"slice">,
): void {
  const { places } = lowering,
    x = places.of(inputs[0]!),
    y = places.place(id),
    xPitch = places.shape(inputs[0]!).at(-1)!;
  const rows = { first: 0, count: y.elements, columns: length, skip: start, xPitch, yPitch: length };
  lowering.add("copyRows", { x, y, xSpace: x.space, ySpace: y.space, ...rows }, {
    over: { invocations: y.elements },
  });
}

/** Copies each row between zeros. */
export function padChannels(
  lowering: WebGpuLowering,
  { id, inputs, attributes: { before }, shape }: LoweredNode<"pad_channels">,
): void {
  const { places } = lowering, x = places.of(inputs[0]!), y = places.place(id);
  const columns = places.shape(inputs[0]!).at(-1)!, ySpace = y.space, count = x.elements;
  const rows = { first: before, count, columns, skip: 0, xPitch: columns, yPitch: shape.at(-1)! };
  lowering.add("fill", { y, ySpace, count: y.elements, value: 0 }, { over: { invocations: y.elements } });
  lowering.add("copyRows", { x, y, xSpace: x.space, ySpace, ...rows }, { over: { invocations: count } });
}

/** Copies a buffer to another of its size. */
export function copyAll(lowering: WebGpuLowering, x: Buffer, y: Buffer): void {
  const count = y.elements, rows = { first: 0, count, columns: count, skip: 0, xPitch: count, yPitch: count };
  lowering.add("copyRows", { x, y, xSpace: x.space, ySpace: y.space, ...rows }, { over: { invocations: count } });
}

/** A copy under another shape. */
export function reshape(lowering: WebGpuLowering, { id, inputs }: LoweredNode<"reshape">): void {
  copyAll(lowering, lowering.places.of(inputs[0]!), lowering.places.place(id));
}

/** Exchanges rows and columns of each of some matrices. */
function lowerTranspose(
  lowering: WebGpuLowering,
  { id, inputs }: LoweredNode<"flatten" | "unflatten" | "transpose">,
  size: {
    readonly rows: number;
    readonly columns: number;
  },
): void {
  const { places } = lowering, x = places.of(inputs[0]!), y = places.place(id), count = y.elements;
  lowering.add("transposeRows", { x, y, count, ...size }, { over: { invocations: count } });
}

/** Rows and columns exchanged. */
export function transpose(lowering: WebGpuLowering, node: LoweredNode<"transpose">): void {
  const [rows, columns] = lowering.places.shape(node.inputs[0]!) as [number, number];
  lowerTranspose(lowering, node, { rows, columns });
}

/** Channels outermost. */
export function flatten(lowering: WebGpuLowering, node: LoweredNode<"flatten">): void {
  const [, h, w, c] = nhwc(lowering.places.shape(node.inputs[0]!), "a tensor to flatten");
  lowerTranspose(lowering, node, { rows: h * w, columns: c });
}

/** Channels innermost. */
export function unflatten(lowering: WebGpuLowering, node: LoweredNode<"unflatten">): void {
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
export function broadcast(lowering: WebGpuLowering, { id, inputs, shape }: LoweredNode<"broadcast">): void {
  const { places } = lowering, x = places.of(inputs[0]!), y = places.place(id), count = y.elements;
  const spaces = { xSpace: x.space, ySpace: y.space };
  lowering.add("spread", { x, y, ...spaces, count, ...repetition(places.shape(inputs[0]!), shape) }, {
    over: { invocations: count },
  });
}

/** The sum of what each element would be spread over. */
export function reduceSum(lowering: WebGpuLowering, { id, inputs, shape }: LoweredNode<"reduce_sum">): void {
  const { places } = lowering, x = places.of(inputs[0]!), y = places.place(id), elements = y.elements;
  const spaces = { xSpace: x.space, ySpace: y.space };
  lowering.add("sumSpread", { x, y, ...spaces, ...repetition(shape, places.shape(inputs[0]!)), elements }, {
    over: { workgroups: Math.ceil(elements / SUM_SPREAD_ELEMENTS) },
  });
}
