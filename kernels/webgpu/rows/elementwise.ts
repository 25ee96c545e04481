/** Rows of the elementwise operations; they write over an input that dies. */
import { type Buffer, SPACE } from "../arena.ts";
import type { WebGpuRow } from "../lowered.ts";
import type { unaryNames } from "../wgsl/elementwise.ts";
import type { Activation } from "../wgsl/expressions.ts";
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
    const { places } = lowering, x = places.of(inputs[0]!), z = places.placeOver(id, [inputs[0]!]), count = z.elements;
    const width = takesQuads(count, [x, z]) ? 4 : 1;
    lowering.add(`${op}${width}`, { x, z, xSpace: x.space, zSpace: z.space, count, scale, shift }, {
      over: { invocations: count / width },
    });
  };
}

/** An activation: nothing where its readers apply it, else one pass, with the normalisation before it. */
export function activation<K extends Exclude<Activation, "none">>(op: K): WebGpuRow<K> {
  return (lowering, { id, inputs }) => {
    if (!lowering.places.fusion.views.has(id)) writeView(lowering, id, { source: inputs[0]!, activation: op });
  };
}

/** An operation of two views, the second of which may be broadcast. */
export function binary(op: "add" | "mul"): WebGpuRow<"add" | "mul"> {
  return (lowering, { id, inputs: [first, second], shape }) => {
    const { places } = lowering,
      view = places.view(first!),
      beside = places.view(second!),
      small = places.shape(second!);
    const z = places.placeOver(id, [first!, second!]), count = z.elements;
    const { period, inner } = repetition(small, shape), channels = shape.at(-1)!;
    const scaled = view.scale !== undefined || beside.scale !== undefined;
    const fits = inner % 4 === 0 && (channels % 4 === 0 || !scaled);
    const width = fits && takesQuads(count, [view.x, beside.x, z]) ? 4 : 1;
    const spaces = { xSpace: view.x.space, ySpace: beside.x.space, zSpace: z.space };
    const { x: y, scale: yScale, shift: yShift, activation: yActivation } = beside;
    lowering.add(`${op}${width}`, {
      ...view,
      ...{ y, yScale, yShift, yActivation },
      z,
      ...spaces,
      count,
      period,
      inner,
      channels,
    }, { over: { invocations: count / width } });
  };
}
