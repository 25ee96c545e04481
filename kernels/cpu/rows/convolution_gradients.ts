/** Rows of convolution's transposes: the gradients of its input and of its weight. */
import { elementCount, nhwc, ohwi, type Shape } from "../../../core/shape.ts";
import type { Geometry } from "../../geometry.ts";
import { bandBytes, chooseGradientBand } from "../bands.ts";
import type { Buffer, BufferView, LoweredNode, Lowering } from "../lowering.ts";
import { descriptor, flattened, isPointwise, lowerConvolution, PANEL, panelCount } from "./convolution.ts";

/** The geometry of the convolution that is transposed. */
function geometryOf(shapes: { readonly x: Shape; readonly weight: Shape; readonly y: Shape }, attributes: {
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}): Geometry {
  const { stride, padding, groups } = attributes;
  const [n, h, w, c] = nhwc(shapes.x, "input"), [, oh, ow, o] = nhwc(shapes.y, "output");
  const [, kh, kw] = ohwi(shapes.weight, "weight");
  return { n, h, w, c, oh, ow, o, kh, kw, stride, padding, groups };
}

/** One phase of an axis: positions `first`, `first + stride`, … get sums over `taps` output positions each. */
interface PhaseAxis {
  /** The first of the kernel's positions that take part; the others follow by the stride. */
  readonly tap: number;
  readonly taps: number;
  readonly first: number;
  readonly count: number;
  /** Zeros that the sums reach before and after the output. */
  readonly before: number;
  readonly after: number;
}

/** What a phase takes of an axis: input position i is at i + padding = stride·u + tap of the kernel's positions. */
function phaseAxis(tap: number, axis: {
  readonly extent: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}): PhaseAxis {
  const { extent, outputs, kernel, stride, padding } = axis;
  const taps = Math.max(0, Math.ceil((kernel - tap) / stride));
  const first = (((tap - padding) % stride) + stride) % stride;
  const count = Math.max(0, Math.ceil((extent - first) / stride)), start = (first + padding - tap) / stride;
  return { tap, taps, first, count, before: taps - 1 - start, after: start + count - outputs };
}

/** A phase of a convolution's transpose: a convolution of stride 1, of whose output the first rows and columns go. */
interface Phase {
  readonly rows: PhaseAxis;
  readonly columns: PhaseAxis;
  readonly geometry: Geometry;
  readonly skipRows: number;
  readonly skipColumns: number;
}

function phaseOf(transposed: Geometry, rows: PhaseAxis, columns: PhaseAxis): Phase {
  const { n, c, oh, ow, o, groups } = transposed;
  const padding = Math.max(0, rows.before, rows.after, columns.before, columns.after);
  const skipRows = padding - rows.before, skipColumns = padding - columns.before;
  const extents = { h: oh, w: ow, oh: rows.count + skipRows, ow: columns.count + skipColumns };
  const kernel = { kh: rows.taps, kw: columns.taps, stride: 1, padding };
  return { rows, columns, skipRows, skipColumns, geometry: { n, c: o, o: c, groups, ...extents, ...kernel } };
}

/** The phases that have anything to sum. */
function phasesOf(geometry: Geometry): Phase[] {
  const { h, w, oh, ow, kh, kw, stride, padding } = geometry;
  const taps = Array.from({ length: stride }, (_, tap) => tap);
  const rows = taps.map((tap) => phaseAxis(tap, { extent: h, outputs: oh, kernel: kh, stride, padding }));
  const columns = taps.map((tap) => phaseAxis(tap, { extent: w, outputs: ow, kernel: kw, stride, padding }));
  const sums = ({ taps, count }: PhaseAxis): boolean => taps > 0 && count > 0;
  return rows.filter(sums).flatMap((row) => columns.filter(sums).map((column) => phaseOf(geometry, row, column)));
}

/** Adds the task that turns a weight into a phase's. */
function lowerPhaseWeight(
  lowering: Lowering,
  { rows, columns, geometry: { groups } }: Phase,
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
function lowerSpacing(lowering: Lowering, phase: Phase, options: {
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
  const transposed = geometryOf({ x: shape, weight: weightShape, y: lowering.shape(gradient!) }, attributes);
  const phases = phasesOf(transposed), x = lowering.place(id), { stride } = transposed;
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

/** Outer products over bands of pixels; reads views as a convolution does. */
export function conv2dWeight(
  lowering: Lowering,
  { id, inputs: [first, second], attributes, shape }: LoweredNode<"conv2d_weight">,
): void {
  const shapes = { x: lowering.shape(first!), weight: shape, y: lowering.shape(second!) };
  const geometry = flattened(geometryOf(shapes, attributes)), band = chooseGradientBand(geometry);
  const view = lowering.view(first!), y = lowering.tensor(second!), weight = lowering.place(id);
  const depth = elementCount(shape.slice(1)),
    inPlace = isPointwise(geometry) && !view.scale && view.activation === "none";
  const work = {
    ...(inPlace ? {} : { band: lowering.scratch(bandBytes(geometry, band)) }),
    packed: lowering.scratch(4 * PANEL * band.images * band.rows * geometry.ow),
    offsets: lowering.scratch(4 * depth),
    statistics: lowering.scratch(4 * PANEL * panelCount(geometry) * depth),
  };
  const touched = [view.tensor, view.scale, view.shift, y, weight, ...Object.values(work)];
  let words: number[] | undefined;
  lowering.task(touched, ({ kernels }) => {
    words ??= descriptor(geometry, band, { view, weight, y, statistics: {}, backwards: !y.backwards }, work);
    new Int32Array(kernels.memory.buffer, kernels.convolutionAddress(), words.length).set(words);
    kernels.convolutionWeight();
  });
}
