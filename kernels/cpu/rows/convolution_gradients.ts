/** Rows of convolution's transposes: the gradients of its input and of its weight. */
import { elementCount, ohwi, type Shape } from "../../../core/graph/shape.ts";
import { convolutionGeometry, type Geometry } from "../../lowering/geometry.ts";
import { type Phase, phasesOf } from "../../lowering/phases.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import { bandBytes, chooseGradientBand, PANEL } from "../bands.ts";
import type { Buffer, BufferByte } from "../lowered.ts";
import type { CpuLowering } from "../lowering.ts";
import { extents, flattened, lowerConvolution, noEpilogue, panelCount, readsInPlace } from "./convolution.ts";

/** A phase of a convolution's transpose: a convolution of stride 1, of whose output the first rows and columns go. */
interface SkippingPhase extends Phase {
  readonly geometry: Geometry;
  readonly skipRows: number;
  readonly skipColumns: number;
}

/** A phase under one padding for all sides. */
function skippingPhase(transposed: Geometry, { rows, columns }: Phase): SkippingPhase {
  const { n, c, oh, ow, o, groups } = transposed;
  const padding = Math.max(0, rows.before, rows.after, columns.before, columns.after);
  const skipRows = padding - rows.before, skipColumns = padding - columns.before;
  const extents = { h: oh, w: ow, oh: rows.count + skipRows, ow: columns.count + skipColumns };
  const kernel = { kh: rows.taps, kw: columns.taps, stride: 1, padding, paddingAfter: padding };
  return { rows, columns, skipRows, skipColumns, geometry: { n, c: o, o: c, groups, ...extents, ...kernel } };
}

/** Adds the task that turns a weight into a phase's. */
function lowerPhaseWeight(
  lowering: CpuLowering,
  { rows, columns, geometry: { groups } }: SkippingPhase,
  { weight, shape, stride }: { readonly weight: Buffer; readonly shape: Shape; readonly stride: number },
): Buffer {
  const [o, kh, kw, inputs] = ohwi(shape, "weight");
  const to = lowering.scratch(4 * o * inputs * rows.taps * columns.taps);
  const taps = { firstRow: rows.tap, rows: rows.taps, firstColumn: columns.tap, columns: columns.taps };
  lowering.add("phaseWeight", { to, weight, o, kh, kw, inputs, groups, stride, ...taps });
  return to;
}

/** Adds the task that copies a phase's sums to their places. */
function lowerSpacing(lowering: CpuLowering, phase: SkippingPhase, options: {
  readonly sums: Buffer;
  readonly x: Buffer;
  readonly transposed: Geometry;
}): void {
  const { sums, x, transposed: { n, h, w, c, stride } } = options, bytes = 4 * c;
  const { rows, columns, skipRows, skipColumns, geometry: { oh, ow } } = phase;
  lowering.add("spacePixels", {
    to: { of: x, byte: (rows.first * w + columns.first) * bytes },
    from: { of: sums, byte: (skipRows * ow + skipColumns) * bytes },
    images: n,
    rows: rows.count,
    columns: columns.count,
    bytes,
    stride,
    toRow: stride * w * bytes,
    fromRow: ow * bytes,
    toImage: h * w * bytes,
    fromImage: oh * ow * bytes,
  });
}

/** A convolution of stride 1 for every phase of the input's positions. */
export function conv2dInput(
  lowering: CpuLowering,
  { id, inputs: [gradient, weightId], attributes, shape }: LoweredNode<"conv2d_input">,
): void {
  const { places } = lowering, weightShape = places.shape(weightId!), view = places.view(gradient!);
  const transposed = convolutionGeometry({ x: shape, weight: weightShape, y: places.shape(gradient!) }, attributes);
  const phases = phasesOf(transposed).map((phase) => skippingPhase(transposed, phase)), { stride } = transposed;
  const direct = stride === 1 && phases.every(({ skipRows, skipColumns }) => skipRows + skipColumns === 0);
  const x = places.place(id);
  if (!direct) lowering.add("fill", { y: x, count: elementCount(shape), value: 0 });
  for (const phase of phases) {
    const { n, oh, ow, o } = phase.geometry;
    const weight = lowerPhaseWeight(lowering, phase, { weight: places.of(weightId!), shape: weightShape, stride });
    const y = direct ? x : lowering.scratch(4 * n * oh * ow * o);
    lowerConvolution(lowering, flattened(phase.geometry), { view, weight, y });
    if (!direct) lowerSpacing(lowering, phase, { sums: y, x, transposed });
  }
}

/** Outer products over bands of pixels; reads views as a convolution does. Images apart are convolutions of their own. */
export function conv2dWeight(
  lowering: CpuLowering,
  { id, inputs: [first, second], attributes, shape }: LoweredNode<"conv2d_weight">,
): void {
  const { places } = lowering, shapes = { x: places.shape(first!), y: places.shape(second!) };
  const weightShape = [shapes.y.at(-1)!, ...shape.slice(1)];
  const whole = convolutionGeometry({ ...shapes, weight: weightShape }, attributes);
  const times = attributes.perImage ? whole.n : 1, geometry = flattened({ ...whole, n: whole.n / times });
  const band = chooseGradientBand(geometry), depth = elementCount(shape.slice(1));
  const view = places.view(first!), y = places.of(second!), weight = places.place(id);
  const work = {
    band: readsInPlace(geometry, view) ? undefined : lowering.scratch(bandBytes(geometry, band)),
    packed: lowering.scratch(4 * PANEL * band.images * band.rows * geometry.ow),
    offsets: lowering.scratch(4 * depth),
    transformed: undefined,
    statistics: lowering.scratch(8 * PANEL * panelCount(geometry) * depth),
  };
  const none = { bias: undefined, mean: undefined, variance: undefined };
  for (let time = 0; time < times; time++) {
    const part = (of: Buffer): BufferByte => ({ of, byte: time * of.bytes / times });
    lowering.add("convolutionWeight", {
      ...noEpilogue,
      ...view,
      ...{ x: part(view.x), y: part(y), weight: part(weight), backwards: !y.backwards },
      ...none,
      ...extents(geometry, band),
      ...work,
    });
  }
}
