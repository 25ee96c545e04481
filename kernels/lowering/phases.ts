/**
 * The transpose of a convolution (the gradient by its input) as convolutions of stride 1. With stride s, input rows
 * with equal remainders by s are reached by the same rows of the kernel, and columns likewise. This makes s × s phases,
 * which share neither input positions nor kernel positions.
 */
import type { Geometry } from "./geometry.ts";

/**
 * One phase along one axis. It computes the input positions `first`, `first + stride`, …; each is a sum over `taps`
 * output positions.
 */
export interface PhaseAxis {
  /** The first kernel position (tap) of the phase; the others follow in steps of the stride. */
  readonly tap: number;
  readonly taps: number;
  readonly first: number;
  readonly count: number;
  /** Padding: how many zeros the sums reach before and after the output; negative where they begin or end inside it. */
  readonly before: number;
  readonly after: number;
}

/** A phase: one along the rows, one along the columns. */
export interface Phase {
  readonly rows: PhaseAxis;
  readonly columns: PhaseAxis;
}

/**
 * The phase of kernel position `tap` along one axis. Input position i and kernel position `tap` meet at output position
 * u where i + padding = stride·u + tap.
 */
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

/**
 * The phases of a convolution's transpose that have anything to sum. Input positions that no phase computes are zero.
 */
export function phasesOf({ h, w, oh, ow, kh, kw, stride, padding }: Geometry): Phase[] {
  const taps = Array.from({ length: stride }, (_, tap) => tap);
  const rows = taps.map((tap) => phaseAxis(tap, { extent: h, outputs: oh, kernel: kh, stride, padding }));
  const columns = taps.map((tap) => phaseAxis(tap, { extent: w, outputs: ow, kernel: kw, stride, padding }));
  const sums = ({ taps, count }: PhaseAxis): boolean => taps > 0 && count > 0;
  return rows.filter(sums).flatMap((row) => columns.filter(sums).map((column) => ({ rows: row, columns: column })));
}
