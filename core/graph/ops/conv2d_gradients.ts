/**
 * The transposes of convolution: with {@link conv2d} they are three views of one trilinear form, so each is the others'
 * gradient and gradients of any order stay convolutions.
 */
import type { GraphBuilder, NodeId } from "../graph.ts";
import type { BackwardSite, InputGradients, OpDef, Tensor64 } from "../op.ts";
import { elementCount, nhwc, ohwi, type Shape, ShapeError, windowExtent } from "../shape.ts";
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
  /** Whether every image keeps a weight of its own, one after the other, instead of their sum; not unless told. */
  readonly perImage?: boolean;
}

function checkExtents({ x, weight, y }: Operands, attributes: Conv2dAttributes): void {
  const [n, h, w] = nhwc(x, "a convolution's input"), [o, kh, kw] = ohwi(weight, "a convolution's weight");
  const expected = [
    n,
    windowExtent(h, { ...attributes, kernel: kh }),
    windowExtent(w, { ...attributes, kernel: kw }),
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
  inPlace: false,
  degrees: [1, 1],
  backward: ({ builder, inputs: [y, weight], gradient, attributes: { size: _, ...geometry } }) => {
    const [, kh, kw] = ohwi(builder.shape(weight!), "a convolution's weight");
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

/** A tensor's parts along its first axis, `count` of them. */
function partsOf(builder: GraphBuilder, id: NodeId, count: number): NodeId[] {
  const shape = builder.shape(id), part = [shape[0]! / count, ...shape.slice(1)], length = elementCount(part);
  const row = builder.add("reshape", [id], { shape: [elementCount(shape)] });
  return Array.from({ length: count }, (_, index) => {
    const elements = builder.add("slice", [row], { start: index * length, length });
    return builder.add("reshape", [elements], { shape: part });
  });
}

/** What {@link partsOf} took apart. */
function joined(builder: GraphBuilder, parts: readonly NodeId[], shape: Shape): NodeId {
  const rows = parts.map((id) => builder.add("reshape", [id], { shape: [elementCount(builder.shape(id))] }));
  return builder.add("reshape", [builder.add("concat", rows, {})], { shape });
}

/** The gradients where images share a weight's gradient, or for one image that has its own. */
function weightBackward(
  { builder, inputs: [x, y], gradient, attributes }: BackwardSite<Conv2dWeightAttributes>,
): readonly [x: NodeId, y: NodeId] {
  const [, h, w] = nhwc(builder.shape(x!), "a convolution's input"),
    { kernel: _, perImage: __, ...geometry } = attributes;
  return [
    builder.add("conv2d_input", [y!, gradient], { ...geometry, size: [h, w] }),
    builder.add("conv2d", [x!, gradient], geometry),
  ];
}

function perImageBackward(site: BackwardSite<Conv2dWeightAttributes>): InputGradients {
  const { builder, inputs, gradient } = site, shapes = inputs.map((id) => builder.shape(id)), images = shapes[0]![0]!;
  const [xs, ys, gradients] = [...inputs, gradient].map((id) => partsOf(builder, id, images)) as [
    NodeId[],
    NodeId[],
    NodeId[],
  ];
  const each = xs.map((x, image) => weightBackward({ ...site, inputs: [x, ys[image]!], gradient: gradients[image]! }));
  return shapes.map((shape, input) => joined(builder, each.map((found) => found[input]!), shape));
}

/** x `[n, h, w, c]` and y `[n, oh, ow, o]` to the convolution's weight `[o, kh, kw, c/groups]`, or n of them. */
export const conv2d_weight: OpDef<Conv2dWeightAttributes> = {
  shape: ([x, y], attributes) => {
    const [n, , , c] = nhwc(x!, "a convolution's input"), [, , , o] = nhwc(y!, "a convolution's output");
    const weight = [o, ...attributes.kernel, c / attributes.groups];
    checkExtents({ x: x!, weight, y: y! }, attributes);
    return attributes.perImage ? [n * o, ...weight.slice(1)] : weight;
  },
  macs: ([, y], weight) => elementCount(y!) * elementCount(weight.slice(1)),
  inPlace: false,
  degrees: [1, 1],
  backward: (site) => site.attributes.perImage ? perImageBackward(site) : weightBackward(site),
  reference: ([x, y]: readonly Tensor64[], attributes, { output }) => {
    const [n, , , o] = nhwc(y!.shape, "a convolution's output"), shape = [o, ...output.slice(1)];
    const weights = new Float64Array(elementCount(output)), apart = attributes.perImage ? elementCount(shape) : 0;
    const perImage = y!.data.length / n;
    eachProduct({ x: x!.shape, weight: shape, y: y!.shape }, attributes, (from, to, at, count) => {
      const first = to + Math.floor(at / perImage) * apart;
      for (let k = 0; k < count; k++) weights[first + k]! += x!.data[from + k]! * y!.data[at]!;
    });
    return weights;
  },
};
