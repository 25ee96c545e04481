/** Rows of the reductions. */
import { type Buffer, SPACE } from "../arena.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { WebGpuLowering } from "../lowering.ts";
import { FEW_PARTS, MEANS, SUM_ELEMENTS, SUM_SPREAD_ELEMENTS } from "../wgsl/reductions.ts";
import { takesQuads } from "./elementwise.ts";

/** What to sum, and where to. */
interface Sum {
  readonly x: Buffer;
  /** Where |x − beside| is summed. */
  readonly beside?: Buffer;
  readonly to: Buffer;
  readonly divisor: number;
}

/** Sums workgroup by workgroup, until one value is left. */
function lowerSum(lowering: WebGpuLowering, { x, beside, to, divisor }: Sum): void {
  const count = x.elements, parts = Math.ceil(count / SUM_ELEMENTS);
  const partial = parts === 1 ? to : lowering.scratch(parts);
  const width = takesQuads(count, beside ? [x, beside] : [x]) ? 4 : 1;
  const spaces = { xSpace: x.space, besideSpace: beside?.space ?? SPACE.vectors };
  const scale = parts === 1 ? divisor : 1;
  lowering.add(`sum${width}`, { x, beside, to: partial, ...spaces, count, parts, divisor: scale }, {
    over: { workgroups: parts },
  });
  if (parts > 1) lowerSum(lowering, { x: partial, to, divisor });
}

/** Sums the f32 parts of a tensor, which stand one after the other. */
export function sumParts(lowering: WebGpuLowering, x: Buffer, y: Buffer): void {
  const count = y.elements, parts = x.elements / count, spaces = { xSpace: x.space, ySpace: y.space };
  if (parts <= FEW_PARTS) {
    lowering.add("sumParts", { x, y, ySpace: y.space, count, parts }, { over: { invocations: count } });
  } else {
    lowering.add("sumSpread", { x, y, ...spaces, period: x.elements, inner: count, elements: count }, {
      over: { workgroups: Math.ceil(count / SUM_SPREAD_ELEMENTS) },
    });
  }
}

/** The sum of all elements. */
export function sum(lowering: WebGpuLowering, { id, inputs }: LoweredNode<"sum">): void {
  lowerSum(lowering, { x: lowering.places.of(inputs[0]!), to: lowering.places.place(id), divisor: 1 });
}

/** Σ|a − b|. */
export function sumAbsDifference(lowering: WebGpuLowering, { id, inputs }: LoweredNode<"sum_abs_difference">): void {
  const { places } = lowering, [x, beside] = inputs.map((from) => places.of(from)) as [Buffer, Buffer];
  lowerSum(lowering, { x, beside, to: places.place(id), divisor: 1 });
}

/** A copy of one value. */
const ONE = { count: 1, columns: 1, skip: 0, xPitch: 1, yPitch: 1 } as const;

/** The mean of each input; vectors many at a time, others one by one. */
export function means(lowering: WebGpuLowering, { id, inputs }: LoweredNode<"means">): void {
  const { places } = lowering,
    y = places.place(id),
    entries = inputs.map((from, index) => ({ x: places.of(from), index }));
  const small = entries.filter(({ x }) => x.space === SPACE.vectors && x.elements <= SUM_ELEMENTS);
  for (let start = 0; start < small.length; start += MEANS) {
    const some = small.slice(start, start + MEANS);
    const table = some.flatMap(({ x, index }) => [x, x.elements, y, index]);
    lowering.add("means", {}, { over: { workgroups: some.length }, tail: table });
  }
  for (const { x, index } of entries.filter((entry) => !small.includes(entry))) {
    const mean = lowering.scratch(1);
    lowerSum(lowering, { x, to: mean, divisor: x.elements });
    const spaces = { xSpace: mean.space, ySpace: y.space };
    lowering.add("copyRows", { x: mean, y, ...spaces, ...ONE, first: index }, {
      over: { invocations: 1 },
    });
  }
}
