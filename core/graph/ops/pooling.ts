/** Pooling over windows of an activation. */
import { noMacs, type OpDef, type Tensor64 } from "../op.ts";
import { elementCount, nhwc, type Shape, ShapeError, windowExtent } from "../shape.ts";

/** A square pooling window. */
export interface PoolAttributes {
  /** Rows and columns of the window. */
  readonly kernel: number;
  /** Rows and columns from one window to the next. */
  readonly stride: number;
  /** Positions on each side that are outside the input; they never count. At most half the kernel. */
  readonly padding: number;
}

/** Pooling to a given size. */
export interface AdaptivePoolAttributes {
  /** Rows and columns of the output. */
  readonly size: number;
}

/** The shape of a pooling of x. */
export function poolShape(x: Shape, attributes: PoolAttributes): Shape {
  const [n, h, w, c] = nhwc(x, "a pooling's input");
  if (attributes.padding * 2 > attributes.kernel) {
    throw new ShapeError(
      `Cannot pad a pooling window of ${attributes.kernel} by more than half: got ${attributes.padding}`,
    );
  }
  return [n, windowExtent(h, attributes), windowExtent(w, attributes), c];
}

/** Half-open range of input positions that one output position covers. */
export type Range = (position: number, extent: number, outputs: number) => readonly [from: number, to: number];

function poolReference(
  x: Tensor64,
  output: Shape,
  rule: { readonly range: Range; readonly combine: (values: readonly number[]) => number },
): Float64Array {
  const [, h, w, c] = nhwc(x.shape, "input");
  const [, oh, ow] = nhwc(output, "output");
  return Float64Array.from({ length: elementCount(output) }, (_, index) => {
    const channel = index % c, column = Math.floor(index / c) % ow;
    const row = Math.floor(index / (c * ow)) % oh, image = Math.floor(index / (c * ow * oh));
    const [top, bottom] = rule.range(row, h, oh), [left, right] = rule.range(column, w, ow);
    const values: number[] = [];
    for (let i = top; i < bottom; i++) {
      for (let j = left; j < right; j++) values.push(x.data[((image * h + i) * w + j) * c + channel]!);
    }
    return rule.combine(values);
  });
}

/** The range of a window of a fixed size. */
export const windowRange = ({ kernel, stride, padding }: PoolAttributes): Range => (position, extent) => {
  const from = position * stride - padding;
  return [Math.max(0, from), Math.min(extent, from + kernel)];
};

/** The range of one of so many near-equal parts. */
export function adaptiveRange(position: number, extent: number, outputs: number): readonly [from: number, to: number] {
  return [Math.floor(position * extent / outputs), Math.ceil((position + 1) * extent / outputs)];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The largest value of each window: `[n, h, w, c]` to `[n, oh, ow, c]`. */
export const max_pool: OpDef<PoolAttributes> = {
  shape: ([x], attributes) => poolShape(x!, attributes),
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: ({ builder, inputs: [x], gradient, attributes }) => [
    builder.add("max_pool_scatter", [x!, gradient], attributes),
  ],
  reference: ([x], attributes, { output }) =>
    poolReference(x!, output, { range: windowRange(attributes), combine: (values) => Math.max(...values) }),
};

/** The mean of each window, padding not counted: `[n, h, w, c]` to `[n, oh, ow, c]`. */
export const average_pool: OpDef<PoolAttributes> = {
  shape: ([x], attributes) => poolShape(x!, attributes),
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: ({ builder, inputs: [x], gradient, attributes }) => {
    const [, h, w] = nhwc(builder.shape(x!), "a pooling's input");
    return [builder.add("average_unpool", [gradient], { ...attributes, size: [h, w] })];
  },
  reference: ([x], attributes, { output }) =>
    poolReference(x!, output, { range: windowRange(attributes), combine: mean }),
};

/** The mean of each of size × size near-equal parts: `[n, h, w, c]` to `[n, size, size, c]`; size 1 is a global pooling. */
export const adaptive_average_pool: OpDef<AdaptivePoolAttributes> = {
  shape: ([x], { size }) => {
    const [n, , , c] = nhwc(x!, "a pooling's input");
    return [n, size, size, c];
  },
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: ({ builder, inputs: [x], gradient }) => {
    const [, h, w] = nhwc(builder.shape(x!), "a pooling's input");
    return [builder.add("adaptive_average_unpool", [gradient], { size: [h, w] })];
  },
  reference: ([x], _, { output }) => poolReference(x!, output, { range: adaptiveRange, combine: mean }),
};
