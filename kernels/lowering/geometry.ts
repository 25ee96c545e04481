import type { Conv2dAttributes } from "../../core/graph/ops/conv2d.ts";
import { nhwc, ohwi, type Shape } from "../../core/graph/shape.ts";

/** Extents of a convolution: n images; input h × w × c; output oh × ow × o; window kh × kw. */
export interface Geometry {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly oh: number;
  readonly ow: number;
  readonly o: number;
  readonly kh: number;
  readonly kw: number;
  readonly stride: number;
  /** Zeros before the first row and column, and after the last. */
  readonly padding: number;
  readonly paddingAfter: number;
  readonly groups: number;
}

/** Whether a convolution is depthwise: every channel is convolved by itself. */
export const isDepthwise = ({ groups, c, o }: Pick<Geometry, "groups" | "c" | "o">): boolean =>
  groups > 1 && groups === c && groups === o;

/** The extents of a convolution, from the shapes of its input, weight and output. */
export function convolutionGeometry(
  { x, weight, y }: { readonly x: Shape; readonly weight: Shape; readonly y: Shape },
  { stride, padding, paddingAfter = padding, groups }: Conv2dAttributes,
): Geometry {
  const [n, h, w, c] = nhwc(x, "input"), [, oh, ow, o] = nhwc(y, "output"), [, kh, kw] = ohwi(weight, "weight");
  return { n, h, w, c, oh, ow, o, kh, kw, stride, padding, paddingAfter, groups };
}
