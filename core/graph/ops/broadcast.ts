/** Broadcasting a small tensor to the shape of a large one, and the sum back: each is the gradient of the other. */
import { noMacs, type OpDef } from "../op.ts";
import { elementCount, sameShape, type Shape, ShapeError } from "../shape.ts";

/** What a tensor is spread to, or summed down to. */
export interface ShapeAttributes {
  /** The output's extents. */
  readonly shape: Shape;
}

/**
 * Whether a tensor can be spread over another: it has the same shape, or is `[1]`, or `[c]` beside `[…, c]`, or
 * `[n, 1, 1, c]` beside `[n, h, w, c]` (a gate per channel).
 */
export function spreads(from: Shape, to: Shape): boolean {
  const gate = to.length === 4 && sameShape(from, [to[0]!, 1, 1, to[3]!]);
  return sameShape(from, to) || sameShape(from, [1]) || sameShape(from, [to.at(-1)!]) || gate;
}

/** For each element of a large tensor, the element of a spread one that stands beside it (see {@link spreads}). */
export function spreadIndex({ from, to }: { readonly from: Shape; readonly to: Shape }): (index: number) => number {
  if (sameShape(from, to)) return (index) => index;
  if (from.length === 1) return (index) => index % from[0]!;
  const channels = to[3]!, perImage = to[1]! * to[2]! * channels;
  return (index) => Math.floor(index / perImage) * channels + index % channels;
}

function checkSpread(from: Shape, to: Shape): Shape {
  if (spreads(from, to)) return to;
  throw new ShapeError(
    `Cannot spread a tensor as it must be one, or one a channel of the other: got [${from}] to [${to}]`,
  );
}

/** `[1]`, `[c]` or `[n, 1, 1, c]` over a tensor of the given shape. */
export const broadcast: OpDef<ShapeAttributes> = {
  shape: ([x], { shape }) => checkSpread(x!, shape),
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: (
    { builder, inputs: [x], gradient },
  ) => [builder.add("reduce_sum", [gradient], { shape: builder.shape(x!) })],
  reference: ([x], _, { output }) => {
    const beside = spreadIndex({ from: x!.shape, to: output });
    return new Float64Array(elementCount(output)).map((_, index) => x!.data[beside(index)]!);
  },
};

/** Sums of everything that {@link broadcast} would make of each element of the given shape. */
export const reduce_sum: OpDef<ShapeAttributes> = {
  shape: ([x], { shape }) => {
    checkSpread(shape, x!);
    return shape;
  },
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: (
    { builder, inputs: [x], gradient },
  ) => [builder.add("broadcast", [gradient], { shape: builder.shape(x!) })],
  reference: ([x], { shape }) => {
    const sums = new Float64Array(elementCount(shape)), beside = spreadIndex({ from: shape, to: x!.shape });
    x!.data.forEach((value, index) => sums[beside(index)]! += value);
    return sums;
  },
};
