/** Tensor shapes. Activations are `[n, h, w, c]` (NHWC), convolution weights `[o, kh, kw, i]` (OHWI), vectors `[c]`. */

/** The extents of a tensor, outermost first. A scalar is `[1]`. */
export type Shape = readonly number[];

/** A tensor does not have the shape that an operation needs. */
export class ShapeError extends RangeError {
  static {
    this.prototype.name = "ShapeError";
  }
}

/**
 * The number of elements of a tensor of this shape.
 *
 * @example
 * ```ts
 * import { elementCount } from "@zennas/zennas";
 * if (elementCount([2, 8, 8, 3]) !== 384) throw new Error();
 * ```
 */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Whether two shapes have the same extents. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** The extents of an activation `[n, h, w, c]`; throws {@link ShapeError} for any other rank. */
export function nhwc(shape: Shape, what: string): readonly [n: number, h: number, w: number, c: number] {
  if (shape.length !== 4) throw new ShapeError(`Cannot use ${what} as [n, h, w, c]: got [${shape}]`);
  return shape as unknown as readonly [number, number, number, number];
}

/** The extents of a convolution's weight `[o, kh, kw, i]`; throws {@link ShapeError} for any other rank. */
export function ohwi(shape: Shape, what: string): readonly [o: number, kh: number, kw: number, i: number] {
  if (shape.length !== 4) throw new ShapeError(`Cannot use ${what} as [o, kh, kw, i]: got [${shape}]`);
  return shape as unknown as readonly [number, number, number, number];
}

/** A window along one axis: how long it is, how far it moves, and what it may reach beyond the tensor. */
export interface WindowAxis {
  /** Values that it covers. */
  readonly kernel: number;
  /** Values from one window to the next. */
  readonly stride: number;
  /** Positions before the first value. */
  readonly padding: number;
  /** Positions after the last; default: as many as before. */
  readonly paddingAfter?: number;
}

/** The extent of a convolution's or pooling window's output along one axis. */
export function windowExtent(extent: number, window: WindowAxis): number {
  const { kernel, stride, padding, paddingAfter = padding } = window;
  const output = Math.floor((extent + padding + paddingAfter - kernel) / stride) + 1;
  if (output < 1) {
    throw new ShapeError(`Cannot slide a window of ${kernel} over ${extent} values padded by ${padding}: nothing left`);
  }
  return output;
}
