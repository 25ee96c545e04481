/** Rows of the elementwise operations; they write over an input that dies. */
import type { unaryExpressions } from "../../../core/graph/ops/expression.ts";
import { elementCount, sameShape } from "../../../core/graph/shape.ts";
import type { CpuRow } from "../lowering.ts";
import type { ViewActivation } from "../views.ts";
import { lowerView } from "./normalization.ts";

/** The operations of one input that no reader applies. */
type UnaryOp = Exclude<keyof typeof unaryExpressions, Exclude<ViewActivation, "none">>;

/** An operation of one input and no view. */
export function unary<K extends UnaryOp>(op: K): CpuRow<UnaryOp> {
  return (lowering, { id, inputs, attributes, shape }) => {
    const { scale = 1, shift = 0 } = attributes as { readonly scale?: number; readonly shift?: number };
    const x = lowering.tensor(inputs[0]!), y = lowering.placeOver(id, [inputs[0]!]);
    const count = elementCount(shape);
    lowering.task([x, y], ({ kernels }) => kernels[op](y.address, x.address, count, scale, shift));
  };
}

/** An activation: nothing where its readers apply it, else one pass, with the normalisation before it. */
export function activation<K extends Exclude<ViewActivation, "none">>(op: K): CpuRow<K> {
  return (lowering, { id, inputs }) => {
    if (lowering.fusion.views.has(id)) return;
    lowerView(lowering, id, { source: inputs[0]!, activation: op });
  };
}

/** An operation of two inputs, the second of which may be broadcast. */
export function binary<K extends "add" | "mul">(op: K): CpuRow<K> {
  return (lowering, { id, inputs: [first, second], shape }) => {
    const x = lowering.tensor(first!), y = lowering.tensor(second!), count = elementCount(shape);
    const besideShape = lowering.shape(second!), same = sameShape(shape, besideShape);
    const z = lowering.placeOver(id, same ? [first!, second!] : [first!]);
    const channels = shape.at(-1)!, rows = count / channels;
    const rowsPerGate = besideShape.length === 1 ? rows : shape[1]! * shape[2]!;
    lowering.task([x, y, z], ({ kernels }) => {
      if (same) kernels[op](z.address, x.address, y.address, 1, count, 1);
      else if (elementCount(besideShape) === 1) kernels[`${op}Scalar`](z.address, x.address, y.address, count);
      else kernels[op](z.address, x.address, y.address, rows, channels, rowsPerGate);
    });
  };
}
