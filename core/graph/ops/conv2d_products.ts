/** The products that a convolution and its transposes sum, for their float64 references. */
import { nhwc, ohwi, type Shape } from "../shape.ts";
import type { Conv2dAttributes } from "./conv2d.ts";

/** The shapes of the three operands of a convolution. */
export interface Operands {
  readonly x: Shape;
  readonly weight: Shape;
  readonly y: Shape;
}

/** `count` products: of x from `x` on by the weight from `weight` on, to the one output at `y`. */
export type AddProducts = (x: number, weight: number, y: number, count: number) => void;

/** Calls back with the flat indices of all products: once an output and position of the window, for all its channels. */
export function eachProduct(
  { x, weight, y }: Operands,
  { stride, padding, groups }: Conv2dAttributes,
  add: AddProducts,
): void {
  const [, h, w, c] = nhwc(x, "input"), [o, kh, kw, i] = ohwi(weight, "weight"), [n, oh, ow] = nhwc(y, "output");
  const perGroup = o / groups;
  for (let pixel = 0; pixel < n * oh * ow; pixel++) {
    const image = Math.floor(pixel / (oh * ow)), row = Math.floor(pixel / ow) % oh, column = pixel % ow;
    for (let tap = 0; tap < kh * kw; tap++) {
      const inputRow = row * stride + Math.floor(tap / kw) - padding,
        inputColumn = column * stride + tap % kw - padding;
      if (inputRow < 0 || inputColumn < 0 || inputRow >= h || inputColumn >= w) continue;
      const from = ((image * h + inputRow) * w + inputColumn) * c;
      for (let channel = 0; channel < o; channel++) {
        add(from + Math.floor(channel / perGroup) * i, (channel * kh * kw + tap) * i, pixel * o + channel, i);
      }
    }
  }
}
