/** Prints scalar expressions as WGSL, for one value or for four at once. */
import {
  type BinaryOperation,
  type Expression,
  unaryExpressions,
  type UnaryOperation,
} from "../../../core/graph/ops/expression.ts";

/** The type that an expression is printed for. */
export type ValueType = "f32" | "vec4<f32>";

/** The NaN of the first operand is kept. */
const extreme = (name: "max" | "min") => (left: string, right: string, type: ValueType): string =>
  `select(${name}(${left}, ${right}), ${left}, ${type === "f32" ? "isNan" : "areNan"}(${left}))`;

const binaries: Readonly<Record<BinaryOperation, (left: string, right: string, type: ValueType) => string>> = {
  add: (left, right) => `(${left} + ${right})`,
  multiply: (left, right) => `(${left} * ${right})`,
  divide: (left, right) => `(${left} / ${right})`,
  max: extreme("max"),
  min: extreme("min"),
};

const unaries: Readonly<Record<UnaryOperation, (of: string, type: ValueType) => string>> = {
  negate: (of) => `(-${of})`,
  exp: (of) => `exp(${of})`,
  log: (of) => `log(${of})`,
  sqrt: (of) => `sqrt(${of})`,
  sigmoid: (of) => `(1.0 / (1.0 + exp(-${of})))`,
  abs: (of) => `abs(${of})`,
  sign: (of) => `sign(${of})`,
  step: (of, type) => `select(${type}(0.0), ${type}(1.0), ${of} > ${type}(0.0))`,
};

/** The WGSL of an expression in the variables `x` and `y`; its attributes are read from the uniform `p`. */
export function printExpression(expression: Expression, type: ValueType): string {
  switch (expression.kind) {
    case "input":
      return expression.name;
    case "attribute":
      return `${type}(p.${expression.name})`;
    case "constant":
      return `${type}(${expression.value})`;
    case "unary":
      return unaries[expression.operation](printExpression(expression.of, type), type);
    case "binary":
      return binaries[expression.operation](
        printExpression(expression.left, type),
        printExpression(expression.right, type),
        type,
      );
  }
}

/**
 * The activations that a kernel can apply after a normalisation, to what it reads or writes. A kernel's parameter is
 * the index.
 */
export const ACTIVATIONS = ["none", "relu", "relu6", "sigmoid", "hard_sigmoid", "swish", "hard_swish"] as const;

/** One of {@link ACTIVATIONS}. */
export type Activation = (typeof ACTIVATIONS)[number];

/** `fn activate(code, x)`: the activation of index `code`. */
function activateText(type: ValueType): string {
  const cases = ACTIVATIONS.slice(1).map((name, index) => {
    const expression = unaryExpressions[name as Exclude<Activation, "none">];
    return `    case ${index + 1}u: { return ${printExpression(expression, type)}; }`;
  });
  return `
fn activate(code: u32, x: ${type}) -> ${type} {
  switch code {
${cases.join("\n")}
    default: { return x; }
  }
}`;
}

/**
 * Parameters of a view: its activation, and where the vectors of its scale and shift are, one value a channel, or
 * `NONE`.
 */
export const viewFields = { scale: "at", shift: "at", activation: "u32" } as const;

/**
 * `fn viewAt(scale, shift, activation, channel)`: the view of one channel, or of a quad of channels.
 * `fn viewed(x, view)`: `activation(x · scale + shift)`.
 */
export function viewText(type: ValueType): string {
  const vector = type === "f32" ? "vector" : "vectorQuad";
  return `${activateText(type)}
struct View { scale: ${type}, shift: ${type}, activation: u32 }
fn viewAt(scale: u32, shift: u32, activation: u32, channel: u32) -> View {
  if (scale == NONE) { return View(${type}(1.0), ${type}(0.0), activation); }
  return View(${vector}(scale + channel), ${vector}(shift + channel), activation);
}
fn viewed(x: ${type}, view: View) -> ${type} { return activate(view.activation, fma(x, view.scale, view.shift)); }`;
}
