/** Derivatives of scalar expressions, and expressions as nodes of elementwise operations. */
import type { GraphBuilder, NodeId } from "../graph.ts";
import type { BackwardSite, InputGradients } from "../op.ts";
import { sameShape } from "../shape.ts";
import {
  binary,
  binaryFunctions,
  type BinaryOperation,
  constant,
  type Expression,
  unary,
  unaryFunctions,
  type UnaryOperation,
} from "./expression.ts";

const plus = (left: Expression, right: Expression): Expression => binary("add", left, right);
const times = (left: Expression, right: Expression): Expression => binary("multiply", left, right);
const minus = (left: Expression, right: Expression): Expression => plus(left, times(constant(-1), right));

/** The derivative of each function of one scalar at `of`. */
const unaryDerivatives: Record<UnaryOperation, (of: Expression) => Expression> = {
  negate: () => constant(-1),
  exp: (of) => unary("exp", of),
  log: (of) => binary("divide", constant(1), of),
  sqrt: (of) => binary("divide", constant(0.5), unary("sqrt", of)),
  sigmoid: (of) => times(unary("sigmoid", of), minus(constant(1), unary("sigmoid", of))),
  abs: (of) => unary("sign", of),
  sign: () => constant(0),
  step: () => constant(0),
};

/** The derivatives of each function of two scalars with respect to both. */
const binaryDerivatives: Record<BinaryOperation, (left: Expression, right: Expression) => readonly Expression[]> = {
  add: () => [constant(1), constant(1)],
  multiply: (left, right) => [right, left],
  divide: (left, right) => [
    binary("divide", constant(1), right),
    times(constant(-1), binary("divide", left, times(right, right))),
  ],
  max: (left, right) => {
    const first = unary("step", minus(left, right));
    return [first, minus(constant(1), first)];
  },
  min: (left, right) => {
    const first = unary("step", minus(right, left));
    return [first, minus(constant(1), first)];
  },
};

/** The derivative of an expression with respect to one of its inputs, where it has one; at a kink, one from below. */
export function derivative(expression: Expression, name: "x" | "y"): Expression {
  switch (expression.kind) {
    case "input":
      return constant(expression.name === name ? 1 : 0);
    case "constant":
    case "attribute":
      return constant(0);
    case "unary":
      return times(derivative(expression.of, name), unaryDerivatives[expression.operation](expression.of));
    case "binary": {
      const { operation, left, right } = expression;
      const [byLeft, byRight] = binaryDerivatives[operation](left, right) as [Expression, Expression];
      return plus(times(derivative(left, name), byLeft), times(derivative(right, name), byRight));
    }
  }
}

/** What an expression's names stand for on a graph. */
export interface Operands {
  readonly x: NodeId;
  readonly y?: NodeId;
  readonly scale?: number;
  readonly shift?: number;
}

/** An expression on a graph: a number that is the same for all elements, or a node. */
type Value = { readonly number: number } | { readonly node: NodeId };

/** Puts expressions over the same operands on a graph; what occurs twice is computed once. */
class ExpressionNodes {
  readonly #builder: GraphBuilder;
  readonly #operands: Operands;
  readonly #known = new Map<string, Value>();

  constructor(builder: GraphBuilder, operands: Operands) {
    this.#builder = builder;
    this.#operands = operands;
  }

  value(expression: Expression): Value {
    const key = JSON.stringify(expression), value = this.#known.get(key) ?? this.#compute(expression);
    this.#known.set(key, value);
    return value;
  }

  #compute(expression: Expression): Value {
    switch (expression.kind) {
      case "input":
        return { node: this.#operands[expression.name]! };
      case "constant":
        return { number: expression.value };
      case "attribute":
        return { number: this.#operands[expression.name]! };
      case "unary":
        return this.#unary(expression.operation, this.value(expression.of));
      case "binary":
        return this.#binary(expression.operation, this.value(expression.left), this.value(expression.right));
    }
  }

  #unary(operation: UnaryOperation, of: Value): Value {
    if ("number" in of) return { number: unaryFunctions[operation](of.number) };
    return operation === "negate" ? this.#affine(of.node, { scale: -1 }) : this.#node(operation, of.node);
  }

  #binary(operation: BinaryOperation, left: Value, right: Value): Value {
    if ("number" in left && "number" in right) return { number: binaryFunctions[operation](left.number, right.number) };
    switch (operation) {
      case "add":
        return this.#combine("add", left, right);
      case "multiply":
        return this.#combine("mul", left, right);
      case "divide":
        return this.#combine(
          "mul",
          left,
          "number" in right ? { number: 1 / right.number } : this.#node("reciprocal", right.node),
        );
      case "max":
        return this.#maximum(left, right);
      case "min":
        return this.#negated(this.#maximum(this.#negated(left), this.#negated(right)));
    }
  }

  /** A sum or product of which at most one is a number. */
  #combine(op: "add" | "mul", left: Value, right: Value): Value {
    if ("number" in left) return this.#combine(op, right, left);
    if ("node" in right) return { node: this.#builder.add(op, [left.node, right.node], {}) };
    if (op === "mul" && right.number === 0) return right;
    return this.#affine(left.node, op === "mul" ? { scale: right.number } : { shift: right.number });
  }

  /** max(l, r) as max(l − r, 0) + r. */
  #maximum(left: Value, right: Value): Value {
    const difference = this.#combine("add", left, this.#negated(right)) as { readonly node: NodeId };
    return this.#combine("add", this.#node("relu", difference.node), right);
  }

  #negated(value: Value): Value {
    return this.#unary("negate", value);
  }

  #node(op: Exclude<UnaryOperation, "negate"> | "relu" | "reciprocal", of: NodeId): Value {
    return { node: this.#builder.add(op, [of], {}) };
  }

  #affine(node: NodeId, { scale = 1, shift = 0 }: { readonly scale?: number; readonly shift?: number }): Value {
    return scale === 1 && shift === 0 ? { node } : { node: this.#builder.add("affine", [node], { scale, shift }) };
  }
}

/** A gradient times a derivative. */
function chain(builder: GraphBuilder, gradient: NodeId, by: Value): NodeId | undefined {
  if ("node" in by) return builder.add("mul", [gradient, by.node], {});
  if (by.number === 0) return undefined;
  return by.number === 1 ? gradient : builder.add("affine", [gradient], { scale: by.number, shift: 0 });
}

/** The gradients of an elementwise operation's inputs, from its expression; summed where an input was broadcast. */
export function expressionGradients(
  expression: Expression,
  { builder, inputs, gradient, attributes }: BackwardSite<{ readonly scale?: number; readonly shift?: number }>,
): InputGradients {
  const [x, y] = inputs;
  const nodes = new ExpressionNodes(builder, { x: x!, ...(y !== undefined && { y }), ...attributes });
  return inputs.map((input, index) => {
    const whole = chain(builder, gradient, nodes.value(derivative(expression, index === 0 ? "x" : "y")));
    const shape = builder.shape(input);
    if (whole === undefined || sameShape(builder.shape(whole), shape)) return whole;
    return builder.add("reduce_sum", [whole], { shape });
  });
}
