/** Reductions of a tensor to a few numbers. Graphs of proxies end with them. */
import type { GraphBuilder, NodeId } from "../graph.ts";
import { type BackwardSite, type InputGradients, noMacs, type OpDef } from "../op.ts";
import { elementCount, sameShape, ShapeError } from "../shape.ts";
import type { NoAttributes } from "./elementwise.ts";

const scaled = (builder: GraphBuilder, id: NodeId, scale: number): NodeId =>
  builder.add("affine", [id], { scale, shift: 0 });

function differenceBackward({ builder, inputs: [x, y], gradient }: BackwardSite<NoAttributes>): InputGradients {
  const sign = builder.add("sign", [builder.add("add", [x!, scaled(builder, y!, -1)], {})], {});
  const gradientOfX = builder.add("mul", [sign, gradient], {});
  return [gradientOfX, scaled(builder, gradientOfX, -1)];
}

function meansBackward({ builder, inputs, gradient }: BackwardSite<NoAttributes>): InputGradients {
  return inputs.map((input, start) => {
    const shape = builder.shape(input), one = builder.add("slice", [gradient], { start, length: 1 });
    return builder.add("broadcast", [scaled(builder, one, 1 / elementCount(shape))], { shape });
  });
}

/** The sum of all elements: `[1]`. */
export const sum: OpDef<NoAttributes> = {
  shape: () => [1],
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: (
    { builder, inputs: [x], gradient },
  ) => [builder.add("broadcast", [gradient], { shape: builder.shape(x!) })],
  reference: ([x]) => Float64Array.of(x!.data.reduce((total, value) => total + value, 0)),
};

/** Σ|x − y| over all elements of two tensors of one shape: `[1]`. */
export const sum_abs_difference: OpDef<NoAttributes> = {
  shape: ([x, y]) => {
    if (!sameShape(x!, y!)) throw new ShapeError(`Cannot compare tensors of different shapes: got [${x}] and [${y}]`);
    return [1];
  },
  macs: noMacs,
  inPlace: false,
  degrees: [],
  backward: differenceBackward,
  reference: ([x, y]) =>
    Float64Array.of(x!.data.reduce((total, value, index) => total + Math.abs(value - y!.data[index]!), 0)),
};

/** The mean of each of k tensors of any shapes: `[k]`. */
export const means: OpDef<NoAttributes> = {
  shape: (inputs) => [inputs.length],
  macs: noMacs,
  inPlace: false,
  degrees: [],
  backward: meansBackward,
  reference: (inputs) =>
    Float64Array.from(inputs, ({ data }) => data.reduce((total, value) => total + value, 0) / data.length),
};
