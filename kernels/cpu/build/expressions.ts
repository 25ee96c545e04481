/** Prints elementwise kernels from the scalar expressions of core/ops/expression.ts. Each is bound by memory. */
import {
  binaryExpressions,
  type BinaryOperation,
  type Expression,
  unaryExpressions,
  type UnaryOperation,
} from "../../../core/ops/expression.ts";
import { VIEW_ACTIVATIONS } from "../views.ts";

const ZERO = "f32x4.splat(0)", ONE = "f32x4.splat(1)";

const unaryTemplates: Record<UnaryOperation, (of: string) => string> = {
  negate: (of) => `f32x4.neg(${of})`,
  exp: (of) => `exponential(${of})`,
  log: (of) => `logarithm(${of})`,
  sqrt: (of) => `f32x4.sqrt(${of})`,
  sigmoid: (of) => `f32x4.div(${ONE}, f32x4.add(${ONE}, exponential(f32x4.neg(${of}))))`,
  abs: (of) => `f32x4.abs(${of})`,
  sign: (of) => `f32x4.sub(v128.and(f32x4.gt(${of}, ${ZERO}), ${ONE}), v128.and(f32x4.lt(${of}, ${ZERO}), ${ONE}))`,
  step: (of) => `v128.and(f32x4.gt(${of}, ${ZERO}), ${ONE})`,
};

/** `pmax` keeps a NaN of its first operand, where a relaxed maximum may lose it. */
const binaryTemplates: Record<BinaryOperation, (left: string, right: string) => string> = {
  add: (left, right) => `f32x4.add(${left}, ${right})`,
  multiply: (left, right) => `f32x4.mul(${left}, ${right})`,
  divide: (left, right) => `f32x4.div(${left}, ${right})`,
  max: (left, right) => `f32x4.pmax(${left}, ${right})`,
};

/** An expression of four values, in AssemblyScript; inputs and attributes are vectors of the same names. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case "input":
    case "attribute":
      return expression.name;
    case "constant":
      return `f32x4.splat(${expression.value})`;
    case "unary":
      return unaryTemplates[expression.operation](printExpression(expression.of));
    case "binary":
      return binaryTemplates[expression.operation](
        printExpression(expression.left),
        printExpression(expression.right),
      );
  }
}

/** A loop over `count` values from x to y: whole vectors, then single lanes. */
function loop(body: string, extraLoads: { readonly whole: string; readonly single: string }): string {
  return `
  let at: usize = 0;
  for (const whole = <usize> (count >> 2) << 4; at < whole; at += 16) {
    const x = v128.load(from + at);${extraLoads.whole}
    v128.store(to + at, ${body});
  }
  for (const end = <usize> count << 2; at < end; at += 4) {
    const x = v128.load32_splat(from + at);${extraLoads.single}
    v128.store_lane<f32>(to + at, ${body}, 0);
  }`;
}

const noLoads = { whole: "", single: "" };
const besideLoads = {
  whole: " const y = v128.load(beside + at);",
  single: " const y = v128.load32_splat(beside + at);",
};
function printUnary(name: string, expression: Expression): string {
  return `
export function ${name}(to: usize, from: usize, count: i32, scaleBy: f32, shiftBy: f32): void {
  const scale = f32x4.splat(scaleBy), shift = f32x4.splat(shiftBy);
${loop(printExpression(expression), noLoads)}
}`;
}

/** Rows of x beside rows of y, each row of y used for `period` rows of x; and every x beside one y. */
function printBinary(name: string, expression: Expression): string {
  return `
function ${name}Row(to: usize, from: usize, beside: usize, count: i32): void {
${loop(printExpression(expression), besideLoads)}
}
export function ${name}(to: usize, from: usize, beside: usize, rows: i32, count: i32, period: i32): void {
  const bytes = <usize> count << 2;
  for (let row = 0; row < rows; row++, to += bytes, from += bytes) {
    ${name}Row(to, from, beside + <usize> (row / period) * bytes, count);
  }
}
export function ${name}Scalar(to: usize, from: usize, beside: usize, count: i32): void {
  const y = v128.load32_splat(beside);
${loop(printExpression(expression), noLoads)}
}`;
}

/** Bytes that a view copies before it computes on them in place, where they are in the first-level cache by then. */
const VIEW_BYTES = 8192;

/** One vector of a view, in place: its load and its store share a check. */
const viewStep = (name: string, index: number): string => `
      const x${index} = f32x4.relaxed_madd(v128.load(at, ${index * 16}), scale${index}, shift${index});
      v128.store(at, ${name}Activation(x${index}), ${index * 16});`;

/** Pixels of `vectors` × 4 channels, `bytes` apart, with their scale and shift kept in registers. */
function printViewColumn(name: string, vectors: number): string {
  const indices = Array.from({ length: vectors }, (_, index) => index);
  const operands = indices.map((index) =>
    `scale${index} = v128.load(scales, ${index * 16}), shift${index} = v128.load(shifts, ${index * 16})`
  );
  return `
function ${name}View${vectors}(at: usize, pixels: i32, bytes: usize, scales: usize, shifts: usize): void {
  const ${operands.join(", ")};
  for (; pixels > 0; pixels--, at += bytes) {${indices.map((index) => viewStep(name, index)).join("")}
  }
}`;
}

/** A view's activation over pixels of normalised channels: by columns of 16, 4 and 1 channels. */
function printView(name: string, activation: Expression): string {
  const body = printExpression(activation).replaceAll(/\bx\b/g, "v");
  return `
function ${name}Activation(v: v128): v128 { return ${body}; }
${printViewColumn(name, 4)}
${printViewColumn(name, 1)}
function ${name}ViewLane(at: usize, pixels: i32, bytes: usize, scales: usize, shifts: usize): void {
  const scale = v128.load32_splat(scales), shift = v128.load32_splat(shifts);
  for (; pixels > 0; pixels--, at += bytes) {
    const v = f32x4.relaxed_madd(v128.load32_splat(at), scale, shift);
    v128.store_lane<f32>(at, ${name}Activation(v), 0);
  }
}
function ${name}ViewPart(at: usize, pixels: i32, bytes: usize, scales: usize, shifts: usize): void {
  let column: usize = 0;
  for (; column + 64 <= bytes; column += 64) ${name}View4(at + column, pixels, bytes, scales + column, shifts + column);
  for (; column + 16 <= bytes; column += 16) ${name}View1(at + column, pixels, bytes, scales + column, shifts + column);
  for (; column < bytes; column += 4) ${name}ViewLane(at + column, pixels, bytes, scales + column, shifts + column);
}
function ${name}View(to: usize, from: usize, pixels: i32, count: i32, scales: usize, shifts: usize): void {
  const bytes = <usize> count << 2, part = max<i32>(1, ${VIEW_BYTES} / <i32> bytes);
  for (let pixel = 0; pixel < pixels; pixel += part) {
    const at = to + <usize> pixel * bytes, some = min<i32>(part, pixels - pixel);
    memory.copy(at, from + <usize> pixel * bytes, <usize> some * bytes);
    ${name}ViewPart(at, some, bytes, scales, shifts);
  }
}
`;
}

const identity: Expression = { kind: "input", name: "x" };

function activationExpression(name: (typeof VIEW_ACTIVATIONS)[number]): Expression {
  return name === "none" ? identity : unaryExpressions[name];
}

/** `applyView`: what a consumer of a view reads, by the activation's number in VIEW_ACTIVATIONS. */
function printApplyView(): string {
  const plain = (name: string): string =>
    name === "none"
      ? "memory.copy(to, from, <usize> (pixels * count) << 2)"
      : `${name}(to, from, pixels * count, 1, 0)`;
  const cases = VIEW_ACTIVATIONS.map((name, index) => `
    case ${index}:
      if (scales) ${name}View(to, from, pixels, count, scales, shifts);
      else ${plain(name)};
      break;`);
  return `
export function applyView(activation: i32, to: usize, from: usize, pixels: i32, count: i32, scales: usize, shifts: usize): void {
  switch (activation) {${cases.join("")}
  }
}`;
}

/** All elementwise kernels. */
export function printElementwise(): string {
  return [
    ...Object.entries(unaryExpressions).map(([name, expression]) => printUnary(name, expression)),
    ...Object.entries(binaryExpressions).map(([name, expression]) => printBinary(name, expression)),
    ...VIEW_ACTIVATIONS.map((name) => printView(name, activationExpression(name))),
    printApplyView(),
  ].join("\n");
}
