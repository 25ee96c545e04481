/** Elementwise operations, each made from its scalar expression. */
import { noMacs, type OpDef } from "../op.ts";
import { type Shape, ShapeError } from "../shape.ts";
import { spreadIndex, spreads } from "./broadcast.ts";
import { expressionGradients } from "./derivative.ts";
import { binaryExpressions, type Expression, expressionFunction, unaryExpressions } from "./expression.ts";

/** An operation without attributes. */
export type NoAttributes = Readonly<Record<never, never>>;

/** `x · scale + shift`. */
export interface AffineAttributes {
  /** The factor. */
  readonly scale: number;
  /** Added to the product. */
  readonly shift: number;
}

/** What an elementwise operation's expression does not tell. */
type Scaling = Pick<OpDef<never>, "degrees">;

function unaryOp<A extends Partial<AffineAttributes>>(expression: Expression, { degrees }: Scaling): OpDef<A> {
  return {
    shape: ([x]) => x!,
    macs: noMacs,
    inPlace: true,
    degrees,
    backward: (site) => expressionGradients(expression, site),
    reference: ([x], attributes) => {
      const apply = expressionFunction(expression, attributes);
      return x!.data.map((value) => apply(value, NaN));
    },
  };
}

function broadcastShape(x: Shape, y: Shape): Shape {
  if (spreads(y, x)) return x;
  throw new ShapeError(`Cannot combine tensors elementwise as shapes must agree: got [${x}] and [${y}]`);
}

function binaryOp(expression: Expression, { degrees }: Scaling): OpDef<NoAttributes> {
  return {
    shape: ([x, y]) => broadcastShape(x!, y!),
    macs: noMacs,
    inPlace: true,
    degrees,
    backward: (site) => expressionGradients(expression, site),
    reference: ([x, y]) => {
      const beside = spreadIndex({ from: y!.shape, to: x!.shape }), apply = expressionFunction(expression, {});
      return x!.data.map((value, index) => apply(value, y!.data[beside(index)]!));
    },
  };
}

/** max(x, 0). */
export const relu: OpDef<NoAttributes> = unaryOp(unaryExpressions.relu, { degrees: [1] });
/** min(max(x, 0), 6). */
export const relu6: OpDef<NoAttributes> = unaryOp(unaryExpressions.relu6, { degrees: undefined });
/** 1 / (1 + e^−x). */
export const sigmoid: OpDef<NoAttributes> = unaryOp(unaryExpressions.sigmoid, { degrees: undefined });
/** min(max(x + 3, 0), 6) / 6: a sigmoid of straight lines. */
export const hard_sigmoid: OpDef<NoAttributes> = unaryOp(unaryExpressions.hard_sigmoid, { degrees: undefined });
/** x · sigmoid(x), also called SiLU. */
export const swish: OpDef<NoAttributes> = unaryOp(unaryExpressions.swish, { degrees: undefined });
/** x · hard_sigmoid(x). */
export const hard_swish: OpDef<NoAttributes> = unaryOp(unaryExpressions.hard_swish, { degrees: undefined });
/** e^x. */
export const exp: OpDef<NoAttributes> = unaryOp(unaryExpressions.exp, { degrees: undefined });
/** The natural logarithm. */
export const log: OpDef<NoAttributes> = unaryOp(unaryExpressions.log, { degrees: undefined });
/** √x. */
export const sqrt: OpDef<NoAttributes> = unaryOp(unaryExpressions.sqrt, { degrees: [0.5] });
/** 1 / x. */
export const reciprocal: OpDef<NoAttributes> = unaryOp(unaryExpressions.reciprocal, { degrees: [-1] });
/** |x|. */
export const abs: OpDef<NoAttributes> = unaryOp(unaryExpressions.abs, { degrees: [1] });
/** −1, 0 or 1. */
export const sign: OpDef<NoAttributes> = unaryOp(unaryExpressions.sign, { degrees: [0] });
/** 1 where x > 0, else 0. */
export const step: OpDef<NoAttributes> = unaryOp(unaryExpressions.step, { degrees: [0] });
/** x · scale + shift. */
export const affine: OpDef<AffineAttributes> = unaryOp(unaryExpressions.affine, { degrees: undefined });
/** x + y, with y spread as {@link mul} does. */
export const add: OpDef<NoAttributes> = binaryOp(binaryExpressions.add, { degrees: [] });
/** x · y; y has x's shape, or is `[1]`, `[c]` beside `[…, c]`, or `[n, 1, 1, c]` beside `[n, h, w, c]`. */
export const mul: OpDef<NoAttributes> = binaryOp(binaryExpressions.mul, { degrees: [1, 1] });
