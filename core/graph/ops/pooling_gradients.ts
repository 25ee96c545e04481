/** The transposes of pooling: what each window took goes back to where it came from. */
import { noMacs, type OpDef } from "../op.ts";
import { elementCount, nhwc, sameShape, type Shape, ShapeError } from "../shape.ts";
import { adaptiveRange, type PoolAttributes, poolShape, type Range, windowRange } from "./pooling.ts";

/** A pooling whose input is asked for. */
export interface UnpoolAttributes extends PoolAttributes {
  /** Rows and columns of the pooling's input. */
  readonly size: readonly [h: number, w: number];
}

/** An adaptive pooling whose input is asked for. */
export interface AdaptiveUnpoolAttributes {
  /** Rows and columns of the pooling's input. */
  readonly size: readonly [h: number, w: number];
}

/** The extents of a pooling's two sides, and which input positions an output position covers. */
interface Windows {
  readonly x: Shape;
  readonly y: Shape;
  readonly range: Range;
}

/** Calls back with the flat indices of a window's values, for every output element in order. */
function eachWindow({ x, y, range }: Windows, visit: (y: number, values: readonly number[]) => void): void {
  const [, h, w, c] = nhwc(x, "input"), [, oh, ow] = nhwc(y, "output");
  for (let index = 0; index < elementCount(y); index++) {
    const channel = index % c, column = Math.floor(index / c) % ow;
    const row = Math.floor(index / (c * ow)) % oh, image = Math.floor(index / (c * ow * oh));
    const [top, bottom] = range(row, h, oh), [left, right] = range(column, w, ow);
    const values: number[] = [];
    for (let i = top; i < bottom; i++) {
      for (let j = left; j < right; j++) values.push(((image * h + i) * w + j) * c + channel);
    }
    visit(index, values);
  }
}

/** The first index of the largest value, row by row as PyTorch chooses. */
const largestOf = (data: Float64Array, indices: readonly number[]): number =>
  indices.reduce((best, index) => data[index]! > data[best]! ? index : best);

/** y `[n, oh, ow, c]` to zeros of x's shape `[n, h, w, c]`, each value of y added where x is the largest of its window. */
export const max_pool_scatter: OpDef<PoolAttributes> = {
  shape: ([x, y], attributes) => {
    if (sameShape(poolShape(x!, attributes), y!)) return x!;
    throw new ShapeError(`Cannot scatter a pooling's gradient over [${x}] as it is of another pooling: got [${y}]`);
  },
  macs: noMacs,
  inPlace: false,
  degrees: [0, 1],
  backward: ({ builder, inputs: [x], gradient, attributes }) => [
    undefined,
    builder.add("max_pool_gather", [x!, gradient], attributes),
  ],
  reference: ([x, y], attributes) => {
    const result = new Float64Array(x!.data.length);
    eachWindow({ x: x!.shape, y: y!.shape, range: windowRange(attributes) }, (index, values) => {
      result[largestOf(x!.data, values)]! += y!.data[index]!;
    });
    return result;
  },
};

/** The value of v, in x's shape `[n, h, w, c]`, at the place of x's largest value of each window: `[n, oh, ow, c]`. */
export const max_pool_gather: OpDef<PoolAttributes> = {
  shape: ([x, v], attributes) => {
    if (sameShape(x!, v!)) return poolShape(x!, attributes);
    throw new ShapeError(`Cannot gather by a pooling of [${x}] from another shape: got [${v}]`);
  },
  macs: noMacs,
  inPlace: false,
  degrees: [0, 1],
  backward: ({ builder, inputs: [x], gradient, attributes }) => [
    undefined,
    builder.add("max_pool_scatter", [x!, gradient], attributes),
  ],
  reference: ([x, v], attributes, { output }) => {
    const result = new Float64Array(elementCount(output));
    eachWindow({ x: x!.shape, y: output, range: windowRange(attributes) }, (index, values) => {
      result[index] = v!.data[largestOf(x!.data, values)]!;
    });
    return result;
  },
};

/** Spreads each value over its window's positions in equal parts. */
function unpool(y: Float64Array, windows: Windows): Float64Array {
  const result = new Float64Array(elementCount(windows.x));
  eachWindow(windows, (index, values) => {
    for (const to of values) result[to]! += y[index]! / values.length;
  });
  return result;
}

/** y `[n, oh, ow, c]`, each value in equal parts over its window: `[n, h, w, c]`. */
export const average_unpool: OpDef<UnpoolAttributes> = {
  shape: ([y], { size, ...attributes }) => {
    const [n, , , c] = nhwc(y!, "a pooling's output"), x = [n, ...size, c];
    if (sameShape(poolShape(x, attributes), y!)) return x;
    throw new ShapeError(`Cannot undo a pooling of [${x}] from the output of another: got [${y}]`);
  },
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: ({ builder, gradient, attributes: { kernel, stride, padding } }) => [
    builder.add("average_pool", [gradient], { kernel, stride, padding }),
  ],
  reference: ([y], attributes, { output }) =>
    unpool(y!.data, { x: output, y: y!.shape, range: windowRange(attributes) }),
};

/** y `[n, size, size, c]`, each value in equal parts over its part of the input: `[n, h, w, c]`. */
export const adaptive_average_unpool: OpDef<AdaptiveUnpoolAttributes> = {
  shape: ([y], { size }) => {
    const [n, rows, columns, c] = nhwc(y!, "a pooling's output");
    if (rows === columns) return [n, ...size, c];
    throw new ShapeError(`Cannot undo an adaptive pooling as its output is a square: got [${y}]`);
  },
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: ({ builder, inputs: [y], gradient }) => {
    const [, size] = nhwc(builder.shape(y!), "a pooling's output");
    return [builder.add("adaptive_average_pool", [gradient], { size })];
  },
  reference: ([y], _, { output }) => unpool(y!.data, { x: output, y: y!.shape, range: adaptiveRange }),
};
