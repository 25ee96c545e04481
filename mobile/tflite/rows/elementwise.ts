/** Rows of elementwise operations, and of operations that only move values. */
import { elementCount } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { LiteLowering, LiteRow } from "../lowering.ts";
import type { OperatorName } from "../operators.ts";

/** The row of an operator with one input and no options. */
function unary(
  name: OperatorName,
): LiteRow<"relu" | "relu6" | "sigmoid" | "hard_swish" | "exp" | "log" | "sqrt" | "abs"> {
  return (lowering, { id, inputs: [x] }) => {
    lowering.operator({ name, inputs: [lowering.tensor(x!)], outputs: [lowering.place(id)] });
  };
}

/** `RELU`, where it could not be fused into the operator that computes its input. */
export const relu: LiteRow<"relu"> = unary("RELU");
/** `RELU6`, where it could not be fused likewise. */
export const relu6: LiteRow<"relu6"> = unary("RELU6");
/** `HARD_SWISH`. */
export const hard_swish: LiteRow<"hard_swish"> = unary("HARD_SWISH");
/** `LOGISTIC`. */
export const sigmoid: LiteRow<"sigmoid"> = unary("LOGISTIC");
/** `EXP`. */
export const exp: LiteRow<"exp"> = unary("EXP");
/** `LOG`. */
export const log: LiteRow<"log"> = unary("LOG");
/** `SQRT`. */
export const sqrt: LiteRow<"sqrt"> = unary("SQRT");
/** `ABS`. */
export const abs: LiteRow<"abs"> = unary("ABS");

function binary(name: "ADD" | "MUL", table: "AddOptions" | "MulOptions"): LiteRow<"add" | "mul"> {
  return (lowering, { id, inputs }) => {
    const operands = inputs.map((from) => lowering.tensor(from));
    const { tensor, activation } = lowering.placeFused(id);
    lowering.operator({ name, inputs: operands, outputs: [tensor], options: { table, activation } });
  };
}

/** `ADD`. */
export const add: LiteRow<"add"> = binary("ADD", "AddOptions");
/** `MUL`; a gate `[1, 1, 1, c]` is broadcast. */
export const mul: LiteRow<"mul"> = binary("MUL", "MulOptions");

/** `CONCATENATION` along the last axis. */
export function concat(lowering: LiteLowering, { id, inputs, shape }: LoweredNode<"concat">): void {
  lowering.operator({
    name: "CONCATENATION",
    inputs: inputs.map((from) => lowering.tensor(from)),
    outputs: [lowering.place(id)],
    options: { table: "ConcatenationOptions", axis: shape.length - 1 },
  });
}

/** `PAD` of the last axis. */
export function pad_channels(
  lowering: LiteLowering,
  { id, inputs: [x], attributes: { before, after }, shape }: LoweredNode<"pad_channels">,
): void {
  const sides = [...Array(2 * (shape.length - 1)).fill(0), before, after];
  lowering.operator({
    name: "PAD",
    inputs: [lowering.tensor(x!), lowering.builder.integers([shape.length, 2], sides)],
    outputs: [lowering.place(id)],
    options: { table: "PadOptions" },
  });
}

/** `RESHAPE`, behind a `TRANSPOSE` to channels first where there is more than one pixel. */
export function flatten(lowering: LiteLowering, { id, inputs: [x], shape }: LoweredNode<"flatten">): void {
  const [n, h, w, c] = lowering.shape(x!) as readonly [number, number, number, number];
  let from = lowering.tensor(x!);
  if (h * w > 1 && c > 1) {
    const { name } = lowering.builder.get(from), node = x!;
    const moved = lowering.builder.tensor({
      name: `${name}/channels_first`,
      shape: [n, c, h, w],
      type: "FLOAT32",
      node,
    });
    const order = lowering.builder.integers([4], [0, 3, 1, 2]);
    lowering.operator({
      name: "TRANSPOSE",
      inputs: [from, order],
      outputs: [moved],
      options: { table: "TransposeOptions" },
    });
    from = moved;
  }
  const extents = lowering.builder.integers([shape.length], [n, elementCount(shape) / n]);
  lowering.operator({
    name: "RESHAPE",
    inputs: [from, extents],
    outputs: [lowering.place(id)],
    options: { table: "ReshapeOptions" },
  });
}
