/**
 * The transpose of a convolution as convolutions of stride 1: with stride s, every s-th row and column of the input is
 * reached by the same positions of the kernel, which makes s × s phases that share nothing.
 */
import type { Geometry } from "./geometry.ts";

/** One phase of an axis: positions `first`, `first + stride`, … get sums over `taps` output positions each. */
export interface PhaseAxis {
  /** The first of the kernel's positions that take part; the others follow by the stride. */
  readonly tap: number;
  readonly taps: number;
  readonly first: number;
  readonly count: number;
  /** Zeros that the sums reach before and after the output; below zero where they begin or end within it. */
  readonly before: number;
  readonly after: number;
}

/** A phase of both axes. */
export interface Phase {
  readonly rows: PhaseAxis;
  readonly columns: PhaseAxis;
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

/** The phases of a convolution's transpose that have anything to sum; whatever they leave out is zero. */
export function phasesOf({ h, w, oh, ow, kh, kw, stride, padding }: Geometry): Phase[] {
  const taps = Array.from({ length: stride }, (_, tap) => tap);
  const rows = taps.map((tap) => phaseAxis(tap, { extent: h, outputs: oh, kernel: kh, stride, padding }));
  const columns = taps.map((tap) => phaseAxis(tap, { extent: w, outputs: ow, kernel: kw, stride, padding }));
  const sums = ({ taps, count }: PhaseAxis): boolean => taps > 0 && count > 0;
  return rows.filter(sums).flatMap((row) => columns.filter(sums).map((column) => ({ rows: row, columns: column })));
}
