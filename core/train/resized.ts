/** Bilinear resizing on a graph, of products with the two matrices of an image's sides. */
import type { GraphBuilder, NodeId } from "../graph/graph.ts";
import { nhwc } from "../graph/shape.ts";
import { bilinearMatrix } from "../images/bilinear.ts";

/** Rows and columns that are asked for. */
export interface ResizedSize {
  /** Rows, then columns. */
  readonly size: readonly [rows: number, columns: number];
}

/** Moves a side from the front of an image to its end, multiplied by its matrix: `[n, from, rest, 1]` to `[n, 1, rest, to]`. */
function product(
  builder: GraphBuilder,
  x: NodeId,
  { from, to, count }: { readonly from: number; readonly to: number; readonly count: number },
): NodeId {
  const rest = builder.shape(x).reduce((all, extent) => all * extent, 1) / (count * from);
  const image = builder.add("reshape", [x], { shape: [count, from, rest, 1] });
  const values = [...bilinearMatrix({ from, to })];
  const matrix = builder.add("constant", [], { shape: [to, from, 1, 1], values });
  return builder.add("conv2d", [image, matrix], { stride: 1, padding: 0, groups: 1 });
}

/**
 * x `[n, h, w, c]` in other rows and columns, as PyTorch's `interpolate(mode="bilinear", align_corners=False)` does it; x
 * itself where it has them. Each side is a convolution whose window spans it, with one output channel a target position. The
 * first takes rows to the end, the second columns, and channels, which are outermost then, go to the end as they are.
 *
 * @example
 * ```ts
 * import { evaluate, GraphBuilder, resizedBilinear } from "@zennas/zennas";
 * const builder = new GraphBuilder();
 * const x = builder.add("constant", [], { shape: [1, 2, 2, 1], values: [0, 2, 4, 6] });
 * const [y] = evaluate(builder.build([resizedBilinear(builder, x, { size: [1, 1] })]));
 * if (y!.join() !== "3") throw new Error();
 * ```
 */
export function resizedBilinear(builder: GraphBuilder, x: NodeId, { size: [rows, columns] }: ResizedSize): NodeId {
  const [n, h, w, c] = nhwc(builder.shape(x), "an image to resize");
  if (h === rows && w === columns) return x;
  const tall = product(builder, x, { from: h, to: rows, count: n });
  const resized = product(builder, tall, { from: w, to: columns, count: n });
  const outermost = builder.add("reshape", [resized], { shape: [n, c * rows * columns] });
  return builder.add("unflatten", [outermost], { size: [rows, columns] });
}
