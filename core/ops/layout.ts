/** Operations that move values without changing them. */
import { noMacs, type OpDef } from "../op.ts";
import { elementCount, nhwc, sameShape, ShapeError } from "../shape.ts";
import type { NoAttributes } from "./elementwise.ts";

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
  reference: (inputs, _, { output }) => {
    const rows = elementCount(output.slice(0, -1));
    const result: number[] = [];
    for (let row = 0; row < rows; row++) {
      for (const { data } of inputs) {
        const length = data.length / rows;
        result.push(...data.subarray(row * length, (row + 1) * length));
      }
    }
    return Float64Array.from(result);
  },
};

/** `[n, h, w, c]` to `[n, c·h·w]`, channels outermost as in PyTorch, so that a following linear layer's weights agree. */
export const flatten: OpDef<NoAttributes> = {
  shape: ([x]) => {
    const [n, h, w, c] = nhwc(x!, "a tensor to flatten");
    return [n, c * h * w];
  },
  macs: noMacs,
  reference: ([x]) => {
    const [, h, w, c] = nhwc(x!.shape, "input");
    const area = h * w, image = area * c;
    return x!.data.map((_, index) => {
      const within = index % image;
      return x!.data[index - within + (within % area) * c + Math.floor(within / area)]!;
    });
  },
};
