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
export type UnaryOperation = "negate" | "exp" | "log";
/** Functions of two scalars. */
export type BinaryOperation = "add" | "multiply" | "divide" | "max";

const constant = (value: number): Expression => ({ kind: "constant", value });
const attribute = (name: "scale" | "shift"): Expression => ({ kind: "attribute", name });
const unary = (operation: UnaryOperation, of: Expression): Expression => ({ kind: "unary", operation, of });
const binary = (operation: BinaryOperation, left: Expression, right: Expression): Expression => ({
  kind: "binary",
  operation,
  left,
  right,
});

const x: Expression = { kind: "input", name: "x" };
const y: Expression = { kind: "input", name: "y" };
const sigmoid = binary("divide", constant(1), binary("add", constant(1), unary("exp", unary("negate", x))));

/** The elementwise operations of one input. */
export const unaryExpressions = {
  relu: binary("max", x, constant(0)),
  sigmoid,
  swish: binary("multiply", x, sigmoid),
  log: unary("log", x),
  affine: binary("add", binary("multiply", x, attribute("scale")), attribute("shift")),
} as const satisfies Record<string, Expression>;

/** The elementwise operations of two inputs. */
export const binaryExpressions = {
  add: binary("add", x, y),
  mul: binary("multiply", x, y),
} as const satisfies Record<string, Expression>;

/** What the names in an expression stand for. */
export interface Bindings {
  readonly x: number;
  readonly y?: number;
  readonly scale?: number;
  readonly shift?: number;
}

const unaryFunctions: Record<UnaryOperation, (value: number) => number> = {
  negate: (value) => -value,
  exp: Math.exp,
  log: Math.log,
};

const binaryFunctions: Record<BinaryOperation, (left: number, right: number) => number> = {
  add: (left, right) => left + right,
  multiply: (left, right) => left * right,
  divide: (left, right) => left / right,
  max: (left, right) => Math.max(left, right),
};

/** The value of an expression in float64. */
export function evaluateExpression(expression: Expression, bindings: Bindings): number {
  switch (expression.kind) {
    case "input":
    case "attribute":
      return bindings[expression.name] ?? NaN;
    case "constant":
      return expression.value;
    case "unary":
      return unaryFunctions[expression.operation](evaluateExpression(expression.of, bindings));
    case "binary":
      return binaryFunctions[expression.operation](
        evaluateExpression(expression.left, bindings),
        evaluateExpression(expression.right, bindings),
      );
  }
}
