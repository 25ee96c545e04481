/** Rows of poolings. */
import type { Graph, NodeId } from "../../../core/graph/graph.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import { unsupportedNode } from "../../network/unsupported.ts";
import type { LiteLowering } from "../lowering.ts";
import { PADDING } from "../schema.ts";
import { paddingForm } from "../window.ts";

/** Whether a node has no negative value, as far as the operations before it show. */
function isNonNegative(graph: Graph, id: NodeId): boolean {
  const { op, inputs } = graph.nodes[id]!;
  if (op === "relu" || op === "relu6" || op === "sigmoid") return true;
  const keeps = op === "max_pool" || op === "average_pool" || op === "adaptive_average_pool" || op === "concat";
  return keeps && inputs.every((from) => isNonNegative(graph, from));
}

/** `STRIDED_SLICE`: a window of one value takes each `stride`-th pixel. */
function subsample(
  lowering: LiteLowering,
  { id, inputs: [x], attributes: { stride } }: LoweredNode<"max_pool" | "average_pool">,
): void {
  const end = lowering.shape(x!), { builder } = lowering;
  lowering.operator({
    name: "STRIDED_SLICE",
    inputs: [
      lowering.tensor(x!),
      ...[[0, 0, 0, 0], end, [1, stride, stride, 1]].map((at) => builder.integers([4], at)),
    ],
    outputs: [lowering.place(id)],
    options: { table: "StridedSliceOptions" },
  });
}

/** `MAX_POOL_2D`; where no value is negative, zeros outside are as good as nothing. */
export function max_pool(lowering: LiteLowering, node: LoweredNode<"max_pool">): void {
  const { id, inputs: [x], attributes } = node, { kernel, stride } = attributes;
  if (kernel === 1) return subsample(lowering, node);
  const outside = isNonNegative(lowering.graph, x!) ? "zero" : "lowest";
  const { tensor, padding } = lowering.windowInput(x!, { ...attributes, outside });
  const window = { padding, strideW: stride, strideH: stride, filterW: kernel, filterH: kernel };
  lowering.operator({
    name: "MAX_POOL_2D",
    inputs: [tensor],
    outputs: [lowering.place(id)],
    options: { table: "Pool2DOptions", ...window },
  });
}

/** `AVERAGE_POOL_2D`, which does not count the positions that `SAME` puts outside. */
export function average_pool(lowering: LiteLowering, node: LoweredNode<"average_pool">): void {
  const { id, inputs: [x], attributes } = node, { kernel, stride } = attributes;
  if (kernel === 1) return subsample(lowering, node);
  const [, h, w] = lowering.shape(x!) as readonly [number, number, number, number];
  const form = paddingForm([h, w], attributes);
  if (form === "PAD") {
    const reason = "its symmetric padding is not that of SAME, and padded values would count";
    throw unsupportedNode({ op: "average_pool", id }, { format: "TensorFlow Lite", reason });
  }
  const window = { strideW: stride, strideH: stride, filterW: kernel, filterH: kernel };
  lowering.operator({
    name: "AVERAGE_POOL_2D",
    inputs: [lowering.tensor(x!)],
    outputs: [lowering.place(id)],
    options: { table: "Pool2DOptions", padding: PADDING[form], ...window },
  });
}

/** `MEAN` over rows and columns, which stay as extents of 1: delegates of some age take no other. */
function globalPool(lowering: LiteLowering, { id, inputs: [x] }: LoweredNode<"adaptive_average_pool">): void {
  lowering.operator({
    name: "MEAN",
    inputs: [lowering.tensor(x!), lowering.builder.integers([2], [1, 2])],
    outputs: [lowering.place(id)],
    options: { table: "ReducerOptions", keepDims: 1 },
  });
}

/** `MEAN` for one output pixel, `AVERAGE_POOL_2D` for equal parts; parts that differ have no form. */
export function adaptive_average_pool(lowering: LiteLowering, node: LoweredNode<"adaptive_average_pool">): void {
  const { id, inputs: [x], attributes: { size } } = node;
  if (size === 1) return globalPool(lowering, node);
  const [, h, w] = lowering.shape(x!) as readonly [number, number, number, number];
  if (h % size !== 0 || w % size !== 0) {
    const reason = `${h}×${w} pixels do not divide into ${size}×${size} equal parts`;
    throw unsupportedNode({ op: "adaptive_average_pool", id }, { format: "TensorFlow Lite", reason });
  }
  const window = { strideW: w / size, strideH: h / size, filterW: w / size, filterH: h / size };
  lowering.operator({
    name: "AVERAGE_POOL_2D",
    inputs: [lowering.tensor(x!)],
    outputs: [lowering.place(id)],
    options: { table: "Pool2DOptions", padding: PADDING.VALID, ...window },
  });
}
