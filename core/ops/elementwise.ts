/** Elementwise operations, each made from its scalar expression. */
import { noMacs, type OpDef } from "../op.ts";
import { elementCount, sameShape, type Shape, ShapeError } from "../shape.ts";
import { binaryExpressions, evaluateExpression, type Expression, unaryExpressions } from "./expression.ts";

/** An operation without attributes. */
export type NoAttributes = Readonly<Record<never, never>>;

/** `x · scale + shift`. */
export interface AffineAttributes {
  /** The factor. */
  readonly scale: number;
  /** Added to the product. */
  readonly shift: number;
}

function unaryOp<A extends Partial<AffineAttributes>>(expression: Expression): OpDef<A> {
  return {
    shape: ([x]) => x!,
    macs: noMacs,
    reference: ([x], attributes) => x!.data.map((value) => evaluateExpression(expression, { x: value, ...attributes })),
  };
}

/**
 * The shape of a broadcast of two tensors: equal shapes, or a second one that is `[1]`, or `[n, 1, 1, c]` beside
 * `[n, h, w, c]` (a gate per channel).
 */
function broadcastShape(x: Shape, y: Shape): Shape {
  const gate = x.length === 4 && sameShape(y, [x[0]!, 1, 1, x[3]!]);
  if (sameShape(x, y) || sameShape(y, [1]) || gate) return x;
  throw new ShapeError(`Cannot combine tensors elementwise as shapes must agree: got [${x}] and [${y}]`);
}

/** The element of `y` that stands beside element `index` of `x` (see {@link broadcastShape}). */
function broadcastIndex(index: number, x: Shape, y: Shape): number {
  if (sameShape(x, y)) return index;
  if (elementCount(y) === 1) return 0;
  const channels = x[3]!, perImage = x[1]! * x[2]! * channels;
  return Math.floor(index / perImage) * channels + index % channels;
}

function binaryOp(expression: Expression): OpDef<NoAttributes> {
  return {
    shape: ([x, y]) => broadcastShape(x!, y!),
    macs: noMacs,
    reference: ([x, y]) =>
      x!.data.map((value, index) =>
        evaluateExpression(expression, { x: value, y: y!.data[broadcastIndex(index, x!.shape, y!.shape)]! })
      ),
  };
}

/** max(x, 0). */
export const relu: OpDef<NoAttributes> = unaryOp(unaryExpressions.relu);
/** 1 / (1 + e^−x). */
export const sigmoid: OpDef<NoAttributes> = unaryOp(unaryExpressions.sigmoid);
/** x · sigmoid(x), also called SiLU. */
export const swish: OpDef<NoAttributes> = unaryOp(unaryExpressions.swish);
/** The natural logarithm. */
export const log: OpDef<NoAttributes> = unaryOp(unaryExpressions.log);
/** x · scale + shift. */
export const affine: OpDef<AffineAttributes> = unaryOp(unaryExpressions.affine);
/** x + y, with y broadcast as {@link mul} does. */
export const add: OpDef<NoAttributes> = binaryOp(binaryExpressions.add);
/** x · y; y has x's shape, or is `[1]`, or is `[n, 1, 1, c]` beside `[n, h, w, c]`. */
export const mul: OpDef<NoAttributes> = binaryOp(binaryExpressions.mul);
