/**
 * The transposes of convolution: with {@link conv2d} they are three views of one trilinear form, so each is the others'
 * gradient and gradients of any order stay convolutions.
 */
import type { OpDef, Tensor64 } from "../op.ts";
import { elementCount, nhwc, ohwi, type Shape, ShapeError, windowExtent } from "../shape.ts";
import type { Conv2dAttributes } from "./conv2d.ts";

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

/** The extents of all three operands of a convolution. */
interface Extents {
  readonly x: Shape;
  readonly weight: Shape;
  readonly y: Shape;
}

function checkExtents({ x, weight, y }: Extents, { stride, padding }: Conv2dAttributes): void {
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

/** Calls back with the flat indices of x, weight and y of every product that a convolution sums. */
function eachProduct(
  { x, weight, y }: Extents,
  { stride, padding, groups }: Conv2dAttributes,
  add: (x: number, weight: number, y: number) => void,
): void {
  const [n, h, w, c] = nhwc(x, "input"), [o, kh, kw, i] = ohwi(weight, "weight"), [, oh, ow] = nhwc(y, "output");
  const each = (image: number, row: number, column: number, channel: number, dy: number, dx: number): void => {
    const inputRow = row * stride + dy - padding, inputColumn = column * stride + dx - padding;
    if (inputRow < 0 || inputColumn < 0 || inputRow >= h || inputColumn >= w) return;
    const from = ((image * h + inputRow) * w + inputColumn) * c + Math.floor(channel / (o / groups)) * i;
    const by = ((channel * kh + dy) * kw + dx) * i, to = ((image * oh + row) * ow + column) * o + channel;
    for (let k = 0; k < i; k++) add(from + k, by + k, to);
  };
  for (let index = 0; index < n * oh * ow * o * kh * kw; index++) {
    const tap = index % (kh * kw), channel = Math.floor(index / (kh * kw)) % o;
    const pixel = Math.floor(index / (kh * kw * o)), column = pixel % ow, row = Math.floor(pixel / ow) % oh;
    each(Math.floor(pixel / (ow * oh)), row, column, channel, Math.floor(tap / kw), tap % kw);
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
    eachProduct({ x: output, weight: weight!.shape, y: y!.shape }, attributes, (to, by, from) => {
      x[to]! += y!.data[from]! * weight!.data[by]!;
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
    eachProduct({ x: x!.shape, weight: output, y: y!.shape }, attributes, (from, to, at) => {
      weight[to]! += x!.data[from]! * y!.data[at]!;
    });
    return weight;
  },
};
