/** Convolution and linear layers: the operations that multiply. */
import type { NodeId } from "../graph.ts";
import type { BackwardSite, InputGradients, OpDef, Tensor64 } from "../op.ts";
import { elementCount, nhwc, ohwi, type Shape, ShapeError, windowExtent } from "../shape.ts";
import { eachProduct } from "./conv2d_products.ts";
import type { NoAttributes } from "./elementwise.ts";

/** Geometry of a convolution; the window's extents are its weight's. */
export interface Conv2dAttributes {
  /** Rows and columns from one window to the next. */
  readonly stride: number;
  /** Rows and columns of zeros on each side, or before the first where {@link paddingAfter} says what is after. */
  readonly padding: number;
  /** Rows and columns of zeros after the last; default: as many as before the first. */
  readonly paddingAfter?: number;
  /** Channel groups; as many as channels makes it depthwise. */
  readonly groups: number;
}

function checkBias(bias: Shape | undefined, channels: number): void {
  if (bias && (bias.length !== 1 || bias[0] !== channels)) {
    throw new ShapeError(`Cannot add a bias as it needs [${channels}]: got [${bias}]`);
  }
}

function conv2dShape([x, weight, bias]: readonly Shape[], attributes: Conv2dAttributes): Shape {
  const { groups } = attributes;
  const [n, h, w, c] = nhwc(x!, "a convolution's input");
  const [o, kh, kw, i] = ohwi(weight!, "a convolution's weight");
  if (i * groups !== c || o % groups !== 0) {
    throw new ShapeError(
      `Cannot convolve as ${groups} groups of ${i} channels must make the input's, and divide the output's: ` +
        `got ${c} in, ${o} out`,
    );
  }
  checkBias(bias, o);
  return [
    n,
    windowExtent(h, { ...attributes, kernel: kh }),
    windowExtent(w, { ...attributes, kernel: kw }),
    o,
  ];
}

function conv2dReference(
  [x, weight, bias]: readonly Tensor64[],
  attributes: Conv2dAttributes,
  output: Shape,
): Float64Array {
  const channels = output.at(-1)!;
  const y = Float64Array.from({ length: elementCount(output) }, (_, index) => bias?.data[index % channels] ?? 0);
  eachProduct({ x: x!.shape, weight: weight!.shape, y: output }, attributes, (from, by, to, count) => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += weight!.data[by + k]! * x!.data[from + k]!;
    y[to]! += sum;
  });
  return y;
}

/** The gradient of a bias `[c]`, where there is one. */
const biasGradient = ({ builder, inputs: [, , bias], gradient }: BackwardSite<unknown>): InputGradients =>
  bias === undefined ? [] : [builder.add("reduce_sum", [gradient], { shape: builder.shape(bias) })];

function conv2dBackward(site: BackwardSite<Conv2dAttributes>): InputGradients {
  const { builder, inputs: [x, weight], gradient, attributes } = site;
  const [, h, w] = nhwc(builder.shape(x!), "input"), [, kh, kw] = ohwi(builder.shape(weight!), "weight");
  return [
    builder.add("conv2d_input", [gradient, weight!], { ...attributes, size: [h, w] }),
    builder.add("conv2d_weight", [x!, gradient], { ...attributes, kernel: [kh, kw] }),
    ...biasGradient(site),
  ];
}

function linearBackward(site: BackwardSite<NoAttributes>): InputGradients {
  const { builder, inputs: [x, weight], gradient } = site;
  const transposed = (id: NodeId): NodeId => builder.add("transpose", [id], {});
  return [
    builder.add("linear", [gradient, transposed(weight!)], {}),
    builder.add("linear", [transposed(gradient), transposed(x!)], {}),
    ...biasGradient(site),
  ];
}

/**
 * Convolution of x `[n, h, w, c]` by weight `[o, kh, kw, c/groups]`, plus an optional bias `[o]`: `[n, oh, ow, o]`.
 */
export const conv2d: OpDef<Conv2dAttributes> = {
  shape: conv2dShape,
  macs: ([, weight], output) => elementCount(output) * elementCount(weight!.slice(1)),
  inPlace: false,
  degrees: [1, 1],
  backward: conv2dBackward,
  reference: (inputs, attributes, { output }) => conv2dReference(inputs, attributes, output),
};

/** A linear layer: x `[n, i]` by weight `[o, i]`, plus an optional bias `[o]`: `[n, o]`. */
export const linear: OpDef<NoAttributes> = {
  shape: ([x, weight, bias]) => {
    if (x!.length !== 2 || weight!.length !== 2 || x![1] !== weight![1]) {
      throw new ShapeError(`Cannot apply a linear layer as it takes [n, i] and [o, i]: got [${x}] and [${weight}]`);
    }
    checkBias(bias, weight![0]!);
    return [x![0]!, weight![0]!];
  },
  macs: ([, weight], output) => elementCount(output) * weight![1]!,
  inPlace: false,
  degrees: [1, 1],
  backward: linearBackward,
  reference: ([x, weight, bias], _, { output }) => {
    const [n, o] = output as [number, number], i = weight!.shape[1]!;
    return Float64Array.from({ length: n * o }, (_, index) => {
      const row = Math.floor(index / o) * i, column = index % o;
      let sum = bias?.data[column] ?? 0;
      for (let k = 0; k < i; k++) sum += x!.data[row + k]! * weight!.data[column * i + k]!;
      return sum;
    });
  },
};
