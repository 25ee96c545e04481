/** Rows of the elementwise operations; they write over an input that dies. */
import { sameShape } from "../../../core/shape.ts";
import { type Buffer, SPACE } from "../arena.ts";
import type { WebGpuRow } from "../lowering.ts";
import type { unaryNames } from "../wgsl/elementwise.ts";
import { repetition } from "./layout.ts";
import { writeView } from "./normalization.ts";

/** Whether four values at a time can be read and written. */
export function takesQuads(count: number, buffers: readonly Buffer[]): boolean {
  return count % 4 === 0 && buffers.every(({ space }) => space === SPACE.tensors);
}

/** An operation of one input and no view. */
export function unary(op: (typeof unaryNames)[number]): WebGpuRow<(typeof unaryNames)[number]> {
  return (lowering, { id, inputs, attributes }) => {
    const { scale = 1, shift = 0 } = attributes as { readonly scale?: number; readonly shift?: number };
    const x = lowering.buffer(inputs[0]!), z = lowering.placeOver(id, [inputs[0]!]), count = z.elements;
    const width = takesQuads(count, [x, z]) ? 4 : 1;
    lowering.add(`${op}${width}`, { x, z, xSpace: x.space, zSpace: z.space, count, scale, shift }, {
      over: { invocations: count / width },
    });
  };
}

/** An activation: nothing where its readers apply it, else one pass, with the normalisation before it. */
export function activation<K extends "relu" | "sigmoid" | "swish">(op: K): WebGpuRow<K> {
  return (lowering, { id, inputs }) => {
    if (!lowering.fusion.views.has(id)) writeView(lowering, id, { source: inputs[0]!, activation: op });
  };
}

/** An operation of two inputs, the second of which may be broadcast. */
export function binary(op: "add" | "mul"): WebGpuRow<"add" | "mul"> {
  return (lowering, { id, inputs: [first, second], shape }) => {
    const x = lowering.buffer(first!), y = lowering.buffer(second!), beside = lowering.shape(second!);
    const z = lowering.placeOver(id, sameShape(shape, beside) ? [first!, second!] : [first!]), count = z.elements;
    const { period, inner } = repetition(beside, shape);
    const width = inner % 4 === 0 && takesQuads(count, [x, y, z]) ? 4 : 1;
    const spaces = { xSpace: x.space, ySpace: y.space, zSpace: z.space };
    lowering.add(`${op}${width}`, { x, y, z, ...spaces, count, period, inner }, {
      over: { invocations: count / width },
    });
  };
}
