/**
 * The roofline of a device: a kernel's time from its multiply-adds and bytes alone, `t^p = t0^p + (macs/peak)^p +
 * (bytes/bandwidth)^p`. A large p takes the slowest of the three, p = 1 their sum. Williams et al., "Roofline" (CACM 2009)
 * takes the maximum; the sum of powers joins the parts smoothly.
 */
import { Matrix, solve } from "npm:ml-matrix@6.15.1";
import type { Kernel } from "./kernel.ts";

/** The five parameters, as natural logarithms; times in ms. */
export interface Roofline {
  /** ln of the time that a kernel takes at least, ms. */
  readonly lnOverheadMs: number;
  /** ln of multiply-adds per ms of convolutions and linear layers. */
  readonly lnPeak: number;
  /** ln of multiply-adds per ms of depthwise convolutions. */
  readonly lnDepthwisePeak: number;
  /** ln of bytes per ms. */
  readonly lnBandwidth: number;
  /** ln of the exponent p. */
  readonly lnExponent: number;
}

/** Where a fit starts, and what a kernel takes where none was measured: a core of a phone. */
export const defaultRoofline: Roofline = {
  lnOverheadMs: Math.log(0.005),
  lnPeak: Math.log(1.5e7),
  lnDepthwisePeak: Math.log(5e6),
  lnBandwidth: Math.log(8e6),
  lnExponent: Math.log(1.5),
};

type Parameters = readonly [number, number, number, number, number];
const asList = (r: Roofline): Parameters => [r.lnOverheadMs, r.lnPeak, r.lnDepthwisePeak, r.lnBandwidth, r.lnExponent];
const asRoofline = ([a, b, c, d, e]: Parameters): Roofline => ({
  lnOverheadMs: a,
  lnPeak: b,
  lnDepthwisePeak: c,
  lnBandwidth: d,
  lnExponent: e,
});

/** Bytes that a kernel moves, with values of so many bytes. */
export function kernelBytes(kernel: Kernel, bytesPerValue: number): number {
  return (kernel.readValues + kernel.weightValues + kernel.writtenValues) * bytesPerValue;
}

/** What a roofline reads of a kernel. */
interface Work {
  readonly lnMacs: number;
  readonly lnBytes: number;
  readonly isDepthwise: boolean;
}

const workOf = (kernel: Kernel, bytesPerValue: number): Work => ({
  lnMacs: Math.log(kernel.macs),
  lnBytes: Math.log(kernelBytes(kernel, bytesPerValue)),
  isDepthwise: kernel.kind === "depthwise",
});

/** ln of the time; by the largest term first, so that no power overflows. */
function lnTime([overhead, peak, depthwise, bandwidth, exponent]: Parameters, work: Work): number {
  const p = Math.exp(exponent);
  const compute = work.lnMacs - (work.isDepthwise ? depthwise : peak), traffic = work.lnBytes - bandwidth;
  const top = Math.max(overhead, compute, traffic);
  const sum = Math.exp(p * (overhead - top)) + Math.exp(p * (compute - top)) + Math.exp(p * (traffic - top));
  return top + Math.log(sum) / p;
}

/** ln of a kernel's time by a roofline, ms. */
export function lnRooflineMs(roofline: Roofline, kernel: Kernel, bytesPerValue: number): number {
  return lnTime(asList(roofline), workOf(kernel, bytesPerValue));
}

/** Weight of the prior on each parameter, in squared logarithms: it decides only what no kernel tells. */
const PRIOR_WEIGHT = 0.02;
const PRIOR_WEIGHT_EXPONENT = 1;
const STEPS = 60;

const priorWeights = [PRIOR_WEIGHT, PRIOR_WEIGHT, PRIOR_WEIGHT, PRIOR_WEIGHT, PRIOR_WEIGHT_EXPONENT] as const;

/** Soft-L1 loss 2(√(1 + r²) − 1) of the residuals, and the prior's squares. */
function lossOf(at: Parameters, { works, targets, prior }: RooflineProblem): number {
  const fit = works.reduce(
    (sum, work, row) => sum + 2 * (Math.sqrt(1 + (lnTime(at, work) - targets[row]!) ** 2) - 1),
    0,
  );
  return fit + at.reduce((sum, value, index) => sum + priorWeights[index]! * (value - prior[index]!) ** 2, 0);
}

interface RooflineProblem {
  readonly works: readonly Work[];
  readonly targets: readonly number[];
  readonly prior: Parameters;
}

/** The normal equations of one step: rows weighted by soft-L1's curvature, derivatives by differences. */
function normalEquations(
  at: Parameters,
  { works, targets, prior }: RooflineProblem,
): { readonly a: Matrix; readonly b: number[] } {
  const size = at.length, a = Matrix.zeros(size, size), b = new Array<number>(size).fill(0), step = 1e-5;
  const moved = at.map((_, index) =>
    at.map((value, other) => value + (other === index ? step : 0)) as unknown as Parameters
  );
  works.forEach((work, row) => {
    const value = lnTime(at, work), residual = value - targets[row]!, weight = 1 / Math.sqrt(1 + residual ** 2);
    const slopes = moved.map((parameters) => (lnTime(parameters, work) - value) / step);
    for (let i = 0; i < size; i++) {
      b[i]! -= weight * slopes[i]! * residual;
      for (let j = 0; j < size; j++) a.set(i, j, a.get(i, j) + weight * slopes[i]! * slopes[j]!);
    }
  });
  for (let i = 0; i < size; i++) {
    a.set(i, i, a.get(i, i) + priorWeights[i]!);
    b[i]! -= priorWeights[i]! * (at[i]! - prior[i]!);
  }
  return { a, b };
}

/** Kernels with their times. */
export interface RooflineData {
  /** The kernels. */
  readonly kernels: readonly Kernel[];
  /** Their times, ms, in this order. */
  readonly latenciesMs: readonly number[];
  /** Bytes of an activation's and of a weight's value. */
  readonly bytesPerValue: number;
}

/** A start that has the scale of the data: overhead the fastest kernel, peaks and bandwidth the highest that were seen. */
function startOf({ kernels, latenciesMs, bytesPerValue }: RooflineData): Parameters {
  const highest = (rate: (kernel: Kernel) => number): number => {
    const rates = kernels.map((kernel, row) => rate(kernel) / latenciesMs[row]!).filter((value) => value > 0).sort((
      a,
      b,
    ) => a - b);
    return rates.length > 0 ? Math.log(rates[Math.floor(rates.length * 0.95)]!) : NaN;
  };
  const peak = highest(({ kind, macs }) => kind === "depthwise" ? 0 : macs);
  const depthwise = highest(({ kind, macs }) => kind === "depthwise" ? macs : 0);
  const bandwidth = highest((kernel) => kernelBytes(kernel, bytesPerValue));
  const anyPeak = Number.isNaN(peak) ? (Number.isNaN(depthwise) ? bandwidth : depthwise + 1) : peak;
  const overhead = latenciesMs.reduce((least, ms) => Math.min(least, ms), Infinity);
  return [Math.log(overhead), anyPeak, Number.isNaN(depthwise) ? anyPeak - 1 : depthwise, bandwidth, Math.log(1.5)];
}

/**
 * Fits the five parameters: soft-L1 on ln(time), so that outliers weigh linearly, with weak priors that decide what no
 * kernel tells, such as a depthwise peak without depthwise kernels. Levenberg-Marquardt, deterministic.
 */
export function fitRoofline(data: RooflineData): Roofline {
  const works = data.kernels.map((kernel) => workOf(kernel, data.bytesPerValue));
  const targets = data.latenciesMs.map(Math.log), prior = startOf(data), problem = { works, targets, prior };
  let at = prior, loss = lossOf(at, problem), damping = 1e-2;
  for (let step = 0; step < STEPS && damping < 1e8; step++) {
    const { a, b } = normalEquations(at, problem);
    for (let i = 0; i < b.length; i++) a.set(i, i, a.get(i, i) * (1 + damping));
    const change = solve(a, Matrix.columnVector(b)).to1DArray();
    const next = at.map((value, index) => value + Math.max(-2, Math.min(2, change[index]!))) as unknown as Parameters;
    const nextLoss = lossOf(next, problem);
    if (nextLoss < loss) {
      const small = loss - nextLoss < 1e-9 * loss;
      [at, loss, damping] = [next, nextLoss, damping / 5];
      if (small) break;
    } else damping *= 4;
  }
  return asRoofline(at);
}
