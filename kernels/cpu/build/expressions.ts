/** Prints elementwise kernels from the scalar expressions of core/graph/ops/expression.ts. Each is bound by memory. */
import {
  binaryExpressions,
  type BinaryOperation,
  type Expression,
  unaryExpressions,
  type UnaryOperation,
} from "../../../core/graph/ops/expression.ts";
import { VIEW_ACTIVATIONS } from "../views.ts";

const ZERO = "f32x4.splat(0)", ONE = "f32x4.splat(1)";

/** 1 where a value compares so with 0, else 0. */
const oneWhere = (comparison: "gt" | "lt", of: string): string =>
  `v128.and(f32x4.${comparison}(${of}, ${ZERO}), ${ONE})`;

const unaryTemplates: Record<UnaryOperation, (of: string) => string> = {
  negate: (of) => `f32x4.neg(${of})`,
  exp: (of) => `exponential(${of})`,
  log: (of) => `logarithm(${of})`,
  sqrt: (of) => `f32x4.sqrt(${of})`,
  sigmoid: (of) => `f32x4.div(${ONE}, f32x4.add(${ONE}, exponential(f32x4.neg(${of}))))`,
  abs: (of) => `f32x4.abs(${of})`,
  sign: (of) => `f32x4.sub(${oneWhere("gt", of)}, ${oneWhere("lt", of)})`,
  step: (of) => oneWhere("gt", of),
};

/** `pmax` and `pmin` keep a NaN of their first operand, where relaxed ones may lose it. */
const binaryTemplates: Record<BinaryOperation, (left: string, right: string) => string> = {
  add: (left, right) => `f32x4.add(${left}, ${right})`,
  multiply: (left, right) => `f32x4.mul(${left}, ${right})`,
  divide: (left, right) => `f32x4.div(${left}, ${right})`,
  max: (left, right) => `f32x4.pmax(${left}, ${right})`,
  min: (left, right) => `f32x4.pmin(${left}, ${right})`,
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
const VIEW_BYTES = 16384;

/** One vector of a view, of this pixel or, where `next` says so, of the next one. */
const viewStep = (name: string, index: number, next = false): string => {
  const [to, from] = next ? ["to + toBytes", "from + fromBytes"] : ["to", "from"];
  const normalized = `f32x4.relaxed_madd(v128.load(${from}, ${index * 16}), scale${index}, shift${index})`;
  return `
      v128.store(${to}, ${name}Activation(${normalized}), ${index * 16});`;
};

/** The parameters of a pass over pixels at two pitches. */
const PASS = "to: usize, toBytes: Bytes, from: usize, fromBytes: Bytes, pixels: i32";
const NEXT_PIXEL = "pixels--, to += toBytes, from += fromBytes";

/** Pixels of `vectors` × 4 channels, with their scale and shift kept in registers. */
function printViewColumn(name: string, vectors: number): string {
  const indices = Array.from({ length: vectors }, (_, index) => index);
  const operands = indices.map((index) =>
    `scale${index} = v128.load(scales, ${index * 16}), shift${index} = v128.load(shifts, ${index * 16})`
  );
  return `
function ${name}View${vectors}(${PASS}, scales: usize, shifts: usize): void {
  const ${operands.join(", ")};
  for (; pixels > 1; pixels -= 2, to += 2 * toBytes, from += 2 * fromBytes) {${
    [false, true].flatMap((next) => indices.map((index) => viewStep(name, index, next))).join("")
  }
  }
  if (pixels > 0) {${indices.map((index) => viewStep(name, index)).join("")}
  }
}`;
}

/** One column of a view: its arguments at a byte of the pixel. */
const COLUMN = "to + at, toBytes, from + at, fromBytes, pixels, scales + at, shifts + at";

/** A view's activation over pixels of normalised channels: by columns of 16, 4 and 1 channels. */
function printView(name: string, activation: Expression): string {
  const body = printExpression(activation).replaceAll(/\bx\b/g, "v");
  return `
// @ts-ignore: decorator
@inline
function ${name}Activation(v: v128): v128 { return ${body}; }
${printViewColumn(name, 4)}
${printViewColumn(name, 1)}
function ${name}ViewLane(${PASS}, scales: usize, shifts: usize): void {
  const scale = v128.load32_splat(scales), shift = v128.load32_splat(shifts);
  for (; pixels > 0; ${NEXT_PIXEL}) {
    const v = f32x4.relaxed_madd(v128.load32_splat(from), scale, shift);
    v128.store_lane<f32>(to, ${name}Activation(v), 0);
  }
}
function ${name}Slice(${PASS}, count: i32, scales: usize, shifts: usize): void {
  const bytes = <usize> count << 2;
  let at: usize = 0;
  for (; at + 64 <= bytes; at += 64) ${name}View4(${COLUMN});
  for (; at + 16 <= bytes; at += 16) ${name}View1(${COLUMN});
  for (; at < bytes; at += 4) ${name}ViewLane(${COLUMN});
}
function ${name}View(to: usize, from: usize, pixels: i32, count: i32, scales: usize, shifts: usize): void {
  const bytes = <usize> count << 2, part = max<i32>(1, ${VIEW_BYTES} / <i32> bytes);
  for (let pixel = 0; pixel < pixels; pixel += part) {
    const at = to + <usize> pixel * bytes, some = min<i32>(part, pixels - pixel);
    memory.copy(at, from + <usize> pixel * bytes, <usize> some * bytes);
    ${name}Slice(at, bytes, at, bytes, some, count, scales, shifts);
  }
}
`;
}

const identity: Expression = { kind: "input", name: "x" };

function activationExpression(name: (typeof VIEW_ACTIVATIONS)[number]): Expression {
  return name === "none" ? identity : unaryExpressions[name];
}

/** A switch over the activations' numbers in VIEW_ACTIVATIONS. */
function printSwitch(body: (name: string) => string): string {
  const cases = VIEW_ACTIVATIONS.map((name, index) => `case ${index}: ${body(name)} break;`);
  return `switch (activation) { ${cases.join(" ")} }`;
}

/** `applyView`: what a reader of a view copies, whole pixels. `applySlice`: some channels of each, at most 16. */
function printApplyView(): string {
  const plain = (name: string): string =>
    name === "none"
      ? "memory.copy(to, from, <usize> (pixels * count) << 2)"
      : `${name}(to, from, pixels * count, 1, 0)`;
  return `
export function applyView(activation: i32, to: usize, from: usize, pixels: i32, count: i32, scales: usize, shifts: usize): void {
  ${printSwitch((name) => `if (scales) ${name}View(to, from, pixels, count, scales, shifts); else ${plain(name)};`)}
}
const ONES: usize = memory.data<f32>([${Array(16).fill("1").join(", ")}], 16);
const ZEROS: usize = memory.data(64, 16);
export function applySlice(activation: i32, ${PASS}, count: i32, scales: usize, shifts: usize): void {
  if (!scales) {
    scales = ONES;
    shifts = ZEROS;
  }
  ${printSwitch((name) => `${name}Slice(to, toBytes, from, fromBytes, pixels, count, scales, shifts);`)}
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
