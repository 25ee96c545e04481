/**
 * The transposes of convolution: with {@link conv2d} they are three views of one trilinear form, so each is the others'
 * gradient and gradients of any order stay convolutions.
 */
import type { OpDef, Tensor64 } from "../op.ts";
import { elementCount, nhwc, ohwi, ShapeError, windowExtent } from "../shape.ts";
import type { Conv2dAttributes } from "./conv2d.ts";
import { eachProduct, type Operands } from "./conv2d_products.ts";

/** Geometry of a convolution whose input is asked for. */
export interface Conv2dInputAttributes extends Conv2dAttributes {
  /** Rows and columns of the convolution's input. */
  readonly size: readonly [h: number, w: number];
}

/** Geometry of a convolution whose weight is asked for. */
export interface Conv2dWeightAttributes extends Conv2dAttributes {
  /** Rows and columns of the convolution's window. */
  readonly kernel: readonly [kh: number, kw: number];
}

function checkExtents({ x, weight, y }: Operands, { stride, padding }: Conv2dAttributes): void {
  const [n, h, w] = nhwc(x, "a convolution's input"), [o, kh, kw] = ohwi(weight, "a convolution's weight");
  const expected = [
    n,
    windowExtent(h, { kernel: kh, stride, padding }),
    windowExtent(w, { kernel: kw, stride, padding }),
    o,
  ];
  if (expected.some((extent, axis) => extent !== y[axis])) {
    throw new ShapeError(`Cannot transpose a convolution to [${expected}] over another: got [${y}]`);
  }
}

/** y `[n, oh, ow, o]` and weight `[o, kh, kw, c/groups]` to the convolution's input `[n, h, w, c]`. */
export const conv2d_input: OpDef<Conv2dInputAttributes> = {
  shape: ([y, weight], attributes) => {
    const [n] = nhwc(y!, "a convolution's output"), [, , , i] = ohwi(weight!, "a convolution's weight");
    const x = [n, ...attributes.size, i * attributes.groups];
    checkExtents({ x, weight: weight!, y: y! }, attributes);
    return x;
  },
  macs: ([y, weight]) => elementCount(y!) * elementCount(weight!.slice(1)),
  backward: ({ builder, inputs: [y, weight], gradient, attributes: { stride, padding, groups } }) => {
    const [, kh, kw] = ohwi(builder.shape(weight!), "a convolution's weight"), geometry = { stride, padding, groups };
    return [
      builder.add("conv2d", [gradient, weight!], geometry),
      builder.add("conv2d_weight", [gradient, y!], { ...geometry, kernel: [kh, kw] }),
    ];
  },
  reference: ([y, weight], attributes, { output }) => {
    const x = new Float64Array(elementCount(output));
    eachProduct({ x: output, weight: weight!.shape, y: y!.shape }, attributes, (to, by, from, count) => {
      for (let k = 0; k < count; k++) x[to + k]! += y!.data[from]! * weight!.data[by + k]!;
    });
    return x;
  },
};

/** x `[n, h, w, c]` and y `[n, oh, ow, o]` to the convolution's weight `[o, kh, kw, c/groups]`. */
export const conv2d_weight: OpDef<Conv2dWeightAttributes> = {
  shape: ([x, y], attributes) => {
    const [, , , c] = nhwc(x!, "a convolution's input"), [, , , o] = nhwc(y!, "a convolution's output");
    const weight = [o, ...attributes.kernel, c / attributes.groups];
    checkExtents({ x: x!, weight, y: y! }, attributes);
    return weight;
  },
  macs: ([, y], weight) => elementCount(y!) * elementCount(weight.slice(1)),
  backward: ({ builder, inputs: [x, y], gradient, attributes: { stride, padding, groups } }) => {
    const [, h, w] = nhwc(builder.shape(x!), "a convolution's input"), geometry = { stride, padding, groups };
    return [
      builder.add("conv2d_input", [y!, gradient], { ...geometry, size: [h, w] }),
      builder.add("conv2d", [x!, gradient], geometry),
    ];
  },
  reference: ([x, y]: readonly Tensor64[], attributes, { output }) => {
    const weight = new Float64Array(elementCount(output));
    eachProduct({ x: x!.shape, weight: output, y: y!.shape }, attributes, (from, to, at, count) => {
      for (let k = 0; k < count; k++) weight[to + k]! += x!.data[from + k]! * y!.data[at]!;
    });
    return weight;
  },
};
