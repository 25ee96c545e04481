/**
 * Scalar expressions: the single source from which the float64 oracle and every backend's elementwise kernel come.
 * A backend prints the tree in its own language; derivatives are taken on it.
 */

/** A scalar expression in the inputs `x` and `y` and named constants. */
export type Expression =
  | { readonly kind: "input"; readonly name: "x" | "y" }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "attribute"; readonly name: "scale" | "shift" }
  | { readonly kind: "unary"; readonly operation: UnaryOperation; readonly of: Expression }
  | {
    readonly kind: "binary";
    readonly operation: BinaryOperation;
    readonly left: Expression;
    readonly right: Expression;
  };

/** Functions of one scalar. */
export type UnaryOperation = "negate" | "exp" | "log" | "sqrt" | "sigmoid" | "abs" | "sign" | "step";
/** Functions of two scalars. */
export type BinaryOperation = "add" | "multiply" | "divide" | "max" | "min";

/** A known number. */
export const constant = (value: number): Expression => ({ kind: "constant", value });
const attribute = (name: "scale" | "shift"): Expression => ({ kind: "attribute", name });
/** A function of one expression. */
export const unary = (operation: UnaryOperation, of: Expression): Expression => ({ kind: "unary", operation, of });
/** A function of two expressions. */
export const binary = (operation: BinaryOperation, left: Expression, right: Expression): Expression => ({
  kind: "binary",
  operation,
  left,
  right,
});

const x: Expression = { kind: "input", name: "x" };
const y: Expression = { kind: "input", name: "y" };
const sigmoid = unary("sigmoid", x);
const relu = binary("max", x, constant(0));
const relu6 = (of: Expression): Expression => binary("min", binary("max", of, constant(0)), constant(6));
const hardSigmoid = binary("multiply", relu6(binary("add", x, constant(3))), constant(1 / 6));

/** The elementwise operations of one input. */
export const unaryExpressions = {
  relu,
  relu6: relu6(x),
  sigmoid,
  hard_sigmoid: hardSigmoid,
  swish: binary("multiply", x, sigmoid),
  hard_swish: binary("multiply", x, hardSigmoid),
  exp: unary("exp", x),
  log: unary("log", x),
  sqrt: unary("sqrt", x),
  reciprocal: binary("divide", constant(1), x),
  abs: unary("abs", x),
  sign: unary("sign", x),
  step: unary("step", x),
  affine: binary("add", binary("multiply", x, attribute("scale")), attribute("shift")),
} as const satisfies Record<string, Expression>;

/** The elementwise operations of two inputs. */
export const binaryExpressions = {
  add: binary("add", x, y),
  mul: binary("multiply", x, y),
} as const satisfies Record<string, Expression>;

/** What each function of one scalar gives; `sign` and `step` are 0 at 0, as gradients there are in PyTorch. */
export const unaryFunctions: Record<UnaryOperation, (value: number) => number> = {
  negate: (value) => -value,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
  abs: Math.abs,
  sign: (value) => Number(value > 0) - Number(value < 0),
  step: (value) => Number(value > 0),
};

/** What each function of two scalars gives. */
export const binaryFunctions: Record<BinaryOperation, (left: number, right: number) => number> = {
  add: (left, right) => left + right,
  multiply: (left, right) => left * right,
  divide: (left, right) => left / right,
  max: (left, right) => Math.max(left, right),
  min: (left, right) => Math.min(left, right),
};

/** An expression as a function of its inputs, in float64. */
export type ScalarFunction = (x: number, y: number) => number;

/** The function that an expression stands for, given the values of its attributes. */
export function expressionFunction(
  expression: Expression,
  attributes: { readonly scale?: number; readonly shift?: number },
): ScalarFunction {
  switch (expression.kind) {
    case "input":
      return expression.name === "x" ? (x) => x : (_, y) => y;
    case "constant":
      return () => expression.value;
    case "attribute": {
      const value = attributes[expression.name] ?? NaN;
      return () => value;
    }
    case "unary": {
      const apply = unaryFunctions[expression.operation], of = expressionFunction(expression.of, attributes);
      return (x, y) => apply(of(x, y));
    }
    case "binary": {
      const apply = binaryFunctions[expression.operation];
      const left = expressionFunction(expression.left, attributes);
      const right = expressionFunction(expression.right, attributes);
      return (x, y) => apply(left(x, y), right(x, y));
    }
  }
}
