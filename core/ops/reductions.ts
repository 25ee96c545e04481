/** Reductions to a few numbers, the ends of a proxy's graph. */
import { noMacs, type OpDef } from "../op.ts";
import { sameShape, ShapeError } from "../shape.ts";
import type { NoAttributes } from "./elementwise.ts";

/** The sum of all elements: `[1]`. */
export const sum: OpDef<NoAttributes> = {
  shape: () => [1],
  macs: noMacs,
  reference: ([x]) => Float64Array.of(x!.data.reduce((total, value) => total + value, 0)),
};

/** Σ|x − y| over all elements of two tensors of one shape: `[1]`. */
export const sum_abs_difference: OpDef<NoAttributes> = {
  shape: ([x, y]) => {
    if (!sameShape(x!, y!)) throw new ShapeError(`Cannot compare tensors of different shapes: got [${x}] and [${y}]`);
    return [1];
  },
  macs: noMacs,
  reference: ([x, y]) =>
    Float64Array.of(x!.data.reduce((total, value, index) => total + Math.abs(value - y!.data[index]!), 0)),
};

/** The mean of each of k tensors of any shapes: `[k]`. */
export const means: OpDef<NoAttributes> = {
  shape: (inputs) => [inputs.length],
  macs: noMacs,
  reference: (inputs) =>
    Float64Array.from(inputs, ({ data }) => data.reduce((total, value) => total + value, 0) / data.length),
};
