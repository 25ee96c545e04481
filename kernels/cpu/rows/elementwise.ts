/** Rows of the elementwise operations; they write over an input that dies. */
import type { unaryExpressions } from "../../../core/graph/ops/expression.ts";
import { elementCount, sameShape } from "../../../core/graph/shape.ts";
import type { CpuRow } from "../lowered.ts";
import type { ViewActivation } from "../views.ts";
import { lowerView } from "./normalization.ts";

/** The operations of one input that no reader applies. */
type UnaryOp = Exclude<keyof typeof unaryExpressions, Exclude<ViewActivation, "none">>;

/** An operation of one input and no view. */
export function unary(op: UnaryOp): CpuRow<UnaryOp> {
  return (lowering, { id, inputs, attributes, shape }) => {
    const { scale = 1, shift = 0 } = attributes as { readonly scale?: number; readonly shift?: number };
    const { places } = lowering, from = places.of(inputs[0]!), to = places.placeOver(id, [inputs[0]!]);
    lowering.add(op, { to, from, count: elementCount(shape), scaleBy: scale, shiftBy: shift });
  };
}

/** An activation: nothing where its readers apply it, else one pass, with the normalisation before it. */
export function activation<K extends Exclude<ViewActivation, "none">>(op: K): CpuRow<K> {
  return (lowering, { id, inputs }) => {
    if (lowering.places.fusion.views.has(id)) return;
    lowerView(lowering, id, { source: inputs[0]!, activation: op });
  };
}

/** An operation of two inputs, the second of which may be broadcast. */
export function binary(op: "add" | "mul"): CpuRow<"add" | "mul"> {
  return (lowering, { id, inputs: [first, second], shape }) => {
    const { places } = lowering, from = places.of(first!), beside = places.of(second!), count = elementCount(shape);
    const besideShape = places.shape(second!), same = sameShape(shape, besideShape);
    const to = places.placeOver(id, [first!, second!]);
    if (same) return lowering.add(op, { to, from, beside, rows: 1, count, period: 1 });
    if (elementCount(besideShape) === 1) return lowering.add(`${op}Scalar`, { to, from, beside, count });
    const channels = shape.at(-1)!, rows = count / channels;
    const period = besideShape.length === 1 ? rows : shape[1]! * shape[2]!;
    lowering.add(op, { to, from, beside, rows, count: channels, period });
  };
}
