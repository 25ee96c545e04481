/** Rows of the operations that move values. */
import { elementCount, nhwc } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { CpuLowering } from "../lowering.ts";

/** Copies each input's rows between the others'. */
export function concat(lowering: CpuLowering, { id, inputs, shape }: LoweredNode<"concat">): void {
  const { places } = lowering, rows = elementCount(shape.slice(0, -1)), yPitch = 4 * shape.at(-1)!;
  const of = places.place(id);
  let byte = 0;
  for (const from of inputs) {
    const bytes = 4 * places.shape(from).at(-1)!;
    lowering.add("copyRows", { y: { of, byte }, yPitch, x: places.of(from), xPitch: bytes, bytes, rows });
    byte += bytes;
  }
}

/** Channels outermost; a copy where there is one pixel. */
export function flatten(lowering: CpuLowering, { id, inputs }: LoweredNode<"flatten">): void {
  const { places } = lowering, [n, h, w, channels] = nhwc(places.shape(inputs[0]!), "a tensor to flatten");
  const x = places.of(inputs[0]!), y = places.place(id);
  lowering.add("channelsFirst", { y, x, n, area: h * w, channels });
}

/** Channels innermost again. */
export function unflatten(lowering: CpuLowering, { id, inputs, shape }: LoweredNode<"unflatten">): void {
  const { places } = lowering, [n, h, w, c] = nhwc(shape, "an activation");
  const x = places.of(inputs[0]!), y = places.place(id);
  lowering.add("channelsFirst", { y, x, n, area: c, channels: h * w });
}

/** Rows become columns. */
export function transpose(lowering: CpuLowering, { id, inputs, shape }: LoweredNode<"transpose">): void {
  const { places } = lowering, [columns, rows] = shape as [number, number];
  const x = places.of(inputs[0]!), y = places.place(id);
  lowering.add("channelsFirst", { y, x, n: 1, area: rows, channels: columns });
}

/** Copies a part of each row. */
export function slice(lowering: CpuLowering, { id, inputs, attributes, shape }: LoweredNode<"slice">): void {
  const { places } = lowering, rows = elementCount(shape.slice(0, -1)), bytes = 4 * attributes.length;
  const x = { of: places.of(inputs[0]!), byte: 4 * attributes.start }, y = places.place(id);
  lowering.add("copyRows", { y, yPitch: bytes, x, xPitch: 4 * places.shape(inputs[0]!).at(-1)!, bytes, rows });
}

/** Copies each row between zeros. */
export function padChannels(
  lowering: CpuLowering,
  { id, inputs, attributes: { before }, shape }: LoweredNode<"pad_channels">,
): void {
  const { places } = lowering, of = places.place(id), bytes = 4 * places.shape(inputs[0]!).at(-1)!;
  const y = { of, byte: 4 * before }, yPitch = 4 * shape.at(-1)!, rows = elementCount(shape.slice(0, -1));
  lowering.add("fill", { y: of, count: elementCount(shape), value: 0 });
  lowering.add("copyRows", { y, yPitch, x: places.of(inputs[0]!), xPitch: bytes, bytes, rows });
}

/** The same tensor. */
export function reshape({ places }: CpuLowering, { id, inputs }: LoweredNode<"reshape">): void {
  places.placeSame(id, places.of(inputs[0]!));
}
