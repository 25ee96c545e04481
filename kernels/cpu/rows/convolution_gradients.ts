/** Rows of convolution's transposes: the gradients of its input and of its weight. */
import { elementCount, ohwi, type Shape } from "../../../core/graph/shape.ts";
import { convolutionGeometry, type Geometry } from "../../lowering/geometry.ts";
import { type Phase, phasesOf } from "../../lowering/phases.ts";
import { bandBytes, chooseGradientBand } from "../bands.ts";
import type { LoweredNode } from "../../lowering/row.ts";
import { type Buffer, type BufferView, type Lowering, tensorBytes } from "../lowering.ts";
import { descriptor, flattened, isPointwise, lowerConvolution, PANEL, panelCount } from "./convolution.ts";

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
  const kernel = { kh: rows.taps, kw: columns.taps, stride: 1, padding };
  return { rows, columns, skipRows, skipColumns, geometry: { n, c: o, o: c, groups, ...extents, ...kernel } };
}

/** Adds the task that turns a weight into a phase's. */
function lowerPhaseWeight(
  lowering: Lowering,
  { rows, columns, geometry: { groups } }: SkippingPhase,
  options: { readonly weight: Buffer; readonly shape: Shape; readonly stride: number },
): Buffer {
  const { weight, stride } = options, [o, kh, kw, i] = ohwi(options.shape, "weight");
  const turned = lowering.scratch(4 * o * i * rows.taps * columns.taps);
  lowering.task([weight, turned], ({ kernels }) => {
    const extents = [o, kh, kw, i, groups, stride, rows.tap, rows.taps, columns.tap, columns.taps] as const;
    kernels.phaseWeight(turned.address, weight.address, ...extents);
  });
  return turned;
}

/** Adds the task that copies a phase's sums to their places. */
function lowerSpacing(lowering: Lowering, phase: SkippingPhase, options: {
  readonly sums: Buffer;
  readonly x: Buffer;
  readonly transposed: Geometry;
}): void {
  const { sums, x, transposed: { n, h, w, c, stride } } = options;
  const { rows, columns, skipRows, skipColumns, geometry: { oh, ow } } = phase;
  lowering.task([sums, x], ({ kernels }) => {
    for (let image = 0; image < n; image++) {
      for (let row = 0; row < rows.count; row++) {
        const to = ((image * h + rows.first + row * stride) * w + columns.first) * c;
        const from = ((image * oh + skipRows + row) * ow + skipColumns) * c;
        kernels.spacePixels(x.address + 4 * to, sums.address + 4 * from, columns.count, 4 * c, stride);
      }
    }
  });
}

/** A convolution of stride 1 for every phase of the input's positions. */
export function conv2dInput(
  lowering: Lowering,
  { id, inputs: [gradient, weight], attributes, shape }: LoweredNode<"conv2d_input">,
): void {
  const weightShape = lowering.shape(weight!), view: BufferView = lowering.view(gradient!);
  const transposed = convolutionGeometry({ x: shape, weight: weightShape, y: lowering.shape(gradient!) }, attributes);
  const phases = phasesOf(transposed).map((phase) => skippingPhase(transposed, phase)),
    x = lowering.place(id),
    { stride } = transposed;
  const direct = stride === 1 && phases.every(({ skipRows, skipColumns }) => skipRows + skipColumns === 0);
  if (!direct) lowering.task([x], ({ kernels }) => kernels.fill(x.address, elementCount(shape), 0));
  for (const phase of phases) {
    const { n, oh, ow, o } = phase.geometry;
    const turned = lowerPhaseWeight(lowering, phase, { weight: lowering.tensor(weight!), shape: weightShape, stride });
    const y = direct ? x : lowering.scratch(4 * n * oh * ow * o);
    lowerConvolution(lowering, flattened(phase.geometry), { view, weight: turned, y, statistics: {} });
    if (!direct) lowerSpacing(lowering, phase, { sums: y, x, transposed });
  }
}

/** The descriptor's words that say where x, y and the weight are. */
const X_WORD = 0, Y_WORD = 1, WEIGHT_WORD = 2;

/** Outer products over bands of pixels; reads views as a convolution does. Images apart are convolutions of their own. */
export function conv2dWeight(
  lowering: Lowering,
  { id, inputs: [first, second], attributes, shape }: LoweredNode<"conv2d_weight">,
): void {
  const shapes = { x: lowering.shape(first!), y: lowering.shape(second!) }, o = shapes.y.at(-1)!;
  const whole = convolutionGeometry({ ...shapes, weight: [o, ...shape.slice(1)] }, attributes);
  const times = attributes.perImage ? whole.n : 1, geometry = flattened({ ...whole, n: whole.n / times });
  const band = chooseGradientBand(geometry), depth = elementCount(shape.slice(1));
  const view = lowering.view(first!), y = lowering.tensor(second!), weight = lowering.place(id);
  const inPlace = isPointwise(geometry) && !view.scale && view.activation === "none";
  const work = {
    ...(inPlace ? {} : { band: lowering.scratch(bandBytes(geometry, band)) }),
    packed: lowering.scratch(4 * PANEL * band.images * band.rows * geometry.ow),
    offsets: lowering.scratch(4 * depth),
    statistics: lowering.scratch(8 * PANEL * panelCount(geometry) * depth),
  };
  const touched = [view.tensor, view.scale, view.shift, y, weight, ...Object.values(work)];
  const steps = [[X_WORD, shapes.x], [Y_WORD, shapes.y], [WEIGHT_WORD, shape]] as const;
  let words: number[] | undefined;
  lowering.task(touched, ({ kernels }) => {
    words ??= descriptor(geometry, band, { view, weight, y, statistics: {}, backwards: !y.backwards }, work);
    const described = new Int32Array(kernels.memory.buffer, kernels.convolutionAddress(), words.length);
    described.set(words);
    for (let time = 0; time < times; time++) {
      kernels.convolutionWeight();
      for (const [word, tensor] of steps) described[word]! += tensorBytes(tensor) / times;
    }
  });
}
