/** Operations that move values without changing them. */
import { noMacs, type OpDef } from "../op.ts";
import { elementCount, nhwc, sameShape, type Shape, ShapeError } from "../shape.ts";
import type { ShapeAttributes } from "./broadcast.ts";
import type { NoAttributes } from "./elementwise.ts";

/** A part of the last axis. */
export interface SliceAttributes {
  /** The first channel or element. */
  readonly start: number;
  /** How many of them. */
  readonly length: number;
}

/** Zeros on both sides of the last axis. */
export interface PadChannelsAttributes {
  /** How many before the first. */
  readonly before: number;
  /** How many after the last. */
  readonly after: number;
}

/** What {@link unflatten} makes of each row. */
export interface UnflattenAttributes {
  /** Rows and columns of the activation. */
  readonly size: readonly [h: number, w: number];
}

const widthOf = (shape: Shape): number => shape.at(-1)!;

/** Joins tensors along their last axis: channels of `[n, h, w, c]`, or elements of vectors. */
export const concat: OpDef<NoAttributes> = {
  shape: (shapes) => {
    const outer = shapes[0]!.slice(0, -1);
    if (!shapes.every((shape) => sameShape(shape.slice(0, -1), outer))) {
      throw new ShapeError(`Cannot join tensors as all but the last extents must agree: got [${shapes.join("], [")}]`);
    }
    return [...outer, shapes.reduce((sum, shape) => sum + shape.at(-1)!, 0)];
  },
  macs: noMacs,
  inPlace: false,
  degrees: [],
  backward: ({ builder, inputs, gradient }) => {
    let start = 0;
    return inputs.map((input) => {
      const length = widthOf(builder.shape(input));
      start += length;
      return builder.add("slice", [gradient], { start: start - length, length });
    });
  },
  reference: (inputs, _, { output }) => {
    const rows = elementCount(output.slice(0, -1)), result = new Float64Array(elementCount(output));
    let to = 0;
    for (let row = 0; row < rows; row++) {
      for (const { data } of inputs) {
        const length = data.length / rows;
        result.set(data.subarray(row * length, (row + 1) * length), to);
        to += length;
      }
    }
    return result;
  },
};

/** Channels `start` to `start + length` of `[…, c]`: `[…, length]`. */
export const slice: OpDef<SliceAttributes> = {
  shape: ([x], { start, length }) => {
    if (start >= 0 && length > 0 && start + length <= widthOf(x!)) return [...x!.slice(0, -1), length];
    throw new ShapeError(`Cannot slice [${x}] as the part must be inside its last axis: got ${length} from ${start}`);
  },
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: ({ builder, inputs: [x], gradient, attributes: { start, length } }) => [
    builder.add("pad_channels", [gradient], { before: start, after: widthOf(builder.shape(x!)) - start - length }),
  ],
  reference: ([x], { start, length }) => {
    const width = widthOf(x!.shape);
    return x!.data.filter((_, index) => index % width >= start && index % width < start + length);
  },
};

/** `[…, c]` to `[…, before + c + after]`, with zeros on both sides: undoes {@link slice}. */
export const pad_channels: OpDef<PadChannelsAttributes> = {
  shape: ([x], { before, after }) => {
    if (before >= 0 && after >= 0) return [...x!.slice(0, -1), before + widthOf(x!) + after];
    throw new ShapeError(`Cannot pad [${x}] as zeros are added, not taken: got ${before} and ${after}`);
  },
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: ({ builder, inputs: [x], gradient, attributes: { before } }) => [
    builder.add("slice", [gradient], { start: before, length: widthOf(builder.shape(x!)) }),
  ],
  reference: ([x], { before }, { output }) => {
    const width = widthOf(x!.shape), wide = widthOf(output), padded = new Float64Array(elementCount(output));
    x!.data.forEach((value, index) => padded[Math.floor(index / width) * wide + before + index % width] = value);
    return padded;
  },
};

/** `[a, b]` to `[b, a]`. */
export const transpose: OpDef<NoAttributes> = {
  shape: ([x]) => {
    if (x!.length !== 2) throw new ShapeError(`Cannot transpose as it takes [a, b]: got [${x}]`);
    return [x![1]!, x![0]!];
  },
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: ({ builder, gradient }) => [builder.add("transpose", [gradient], {})],
  reference: ([x]) => {
    const [rows, columns] = x!.shape as [number, number];
    return x!.data.map((_, index) => x!.data[(index % rows) * columns + Math.floor(index / rows)]!);
  },
};

/** The same elements in the same order, in another shape. */
export const reshape: OpDef<ShapeAttributes> = {
  shape: ([x], { shape }) => {
    if (elementCount(x!) === elementCount(shape)) return shape;
    throw new ShapeError(`Cannot reshape [${x}] as the number of elements stays: got [${shape}]`);
  },
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: ({ builder, inputs: [x], gradient }) => [builder.add("reshape", [gradient], { shape: builder.shape(x!) })],
  reference: ([x]) => x!.data,
};

/** `[n, h, w, c]` to `[n, c·h·w]`, channels outermost as in PyTorch, so that a following linear layer's weights agree. */
export const flatten: OpDef<NoAttributes> = {
  shape: ([x]) => {
    const [n, h, w, c] = nhwc(x!, "a tensor to flatten");
    return [n, c * h * w];
  },
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: ({ builder, inputs: [x], gradient }) => {
    const [, h, w] = nhwc(builder.shape(x!), "a tensor to flatten");
    return [builder.add("unflatten", [gradient], { size: [h, w] })];
  },
  reference: ([x]) => {
    const [, h, w, c] = nhwc(x!.shape, "input");
    const area = h * w, image = area * c;
    return x!.data.map((_, index) => {
      const within = index % image;
      return x!.data[index - within + (within % area) * c + Math.floor(within / area)]!;
    });
  },
};

/** `[n, c·h·w]` back to `[n, h, w, c]`: undoes {@link flatten}. */
export const unflatten: OpDef<UnflattenAttributes> = {
  shape: ([x], { size: [h, w] }) => {
    const channels = x![1]! / (h * w);
    if (x!.length === 2 && Number.isInteger(channels)) return [x![0]!, h, w, channels];
    throw new ShapeError(`Cannot unflatten as it takes [n, c·${h}·${w}]: got [${x}]`);
  },
  macs: noMacs,
  inPlace: false,
  degrees: [1],
  backward: ({ builder, gradient }) => [builder.add("flatten", [gradient], {})],
  reference: ([x], { size: [h, w] }) => {
    const image = x!.shape[1]!, area = h * w, channels = image / area;
    return x!.data.map((_, index) => {
      const within = index % image;
      return x!.data[index - within + (within % channels) * area + Math.floor(within / channels)]!;
    });
  },
};
