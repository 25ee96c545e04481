/**
 * From kernels to networks: `c0 + c1·kernels + Σ over classes s·(predicted ms of the class)`, by ridge regression on relative
 * errors. It shrinks to one factor for all classes, and its strength is chosen by leaving one network out, in closed form.
 */
import { inverse, Matrix } from "npm:ml-matrix@6.15.1";
import { kernelClass, type KernelUse } from "./kernel.ts";

/** A network's kernels, and its measured latency. */
export interface MeasuredNetwork {
  /** Names the network. */
  readonly text: string;
  /** Its kernels. */
  readonly kernels: readonly KernelUse[];
  /** Its latency for one batch, ms. */
  readonly latencyMs: number;
}

/** What a class of kernels is measured by: its predicted time, or the number of its kernels. */
export const correctionBases = ["times", "counts"] as const;
/** One of {@link correctionBases}. */
export type CorrectionBasis = typeof correctionBases[number];

/** What turns kernels into networks; plain data. */
export interface Correction {
  /** What coefficients of classes multiply. */
  readonly basis: CorrectionBasis;
  /** The factor on kernels of a class that no measured network had. */
  readonly scale: number;
  /** The classes, in the order of their coefficients. */
  readonly classes: readonly string[];
  /** Of 1 (ms), of the number of kernels, and of each class. */
  readonly coefficients: readonly number[];
  /** Covariance of the coefficients, row-major. */
  readonly covariance: readonly number[];
  /** The ridge's strength. */
  readonly lambda: number;
  /** Of each network, its latency over its prediction by the other networks, less 1; in the order of the networks. */
  readonly residuals: readonly number[];
}

/** How many networks a correction takes at least. */
export const MIN_NETWORKS = 10;

/** Throws RangeError for fewer networks than {@link MIN_NETWORKS}. */
export function requireNetworks(count: number): void {
  if (count >= MIN_NETWORKS) return;
  throw new RangeError(`Cannot fit latencies of networks as that takes ${MIN_NETWORKS}: got ${count}`);
}

/** A network in numbers: its kernels, and for each class their predicted time and number. */
interface NetworkRow {
  readonly total: number;
  readonly dispatches: number;
  readonly times: readonly number[];
  readonly counts: readonly number[];
}

function rowOf(
  kernels: readonly KernelUse[],
  { classes, timeOf }: CorrectionFit & { classes: readonly string[] },
): NetworkRow {
  const times = classes.map(() => 0), counts = classes.map(() => 0);
  for (const { kernel, count } of kernels) {
    const index = classes.indexOf(kernelClass(kernel));
    times[index]! += count * timeOf(kernel);
    counts[index]! += count;
  }
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return { total: sum(times), dispatches: sum(counts), times, counts };
}

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** One problem: columns in relative units, whose coefficients are near 0 where the prior is right. */
interface Problem {
  readonly basis: CorrectionBasis;
  /** Columns: 1, kernels, then each class, then all classes together; rows divided by the latency. */
  readonly design: Matrix;
  /** What the columns must explain: 1 less the prior's share. */
  readonly target: Matrix;
  /** What a column's coefficient is multiplied with to give that of the network model. */
  readonly units: readonly number[];
  readonly penalties: readonly number[];
}

/** Penalty of the factor that all classes share, beside that of a class: the prior does not know the scale. */
const SHARED_PENALTY = 1e-3;

function problemOf(
  rows: readonly NetworkRow[],
  { basis, latenciesMs, scale }: {
    readonly basis: CorrectionBasis;
    readonly latenciesMs: readonly number[];
    readonly scale: number;
  },
): Problem {
  const middle = medianOf(latenciesMs), perKernel = middle / medianOf(rows.map(({ dispatches }) => dispatches));
  const all = (pick: (row: NetworkRow) => number): number => rows.reduce((sum, row) => sum + pick(row), 0);
  const classUnits = rows[0]!.times.map((_, index) =>
    basis === "times" ? scale : scale * all(({ times }) => times[index]!) / all(({ counts }) => counts[index]!)
  );
  const share = (row: NetworkRow, index: number): number => row[basis][index]! * classUnits[index]!;
  const prior = rows.map((row) => row.times.reduce((sum, _, index) => sum + share(row, index), 0));
  const design = rows.map((row, at) =>
    [middle, row.dispatches * perKernel, ...classUnits.map((_, index) => share(row, index)), prior[at]!]
      .map((value) => value / latenciesMs[at]!)
  );
  return {
    basis,
    design: new Matrix(design),
    target: Matrix.columnVector(prior.map((value, at) => 1 - value / latenciesMs[at]!)),
    units: [middle, perKernel, ...classUnits],
    penalties: [1, 1, ...classUnits.map(() => 1), SHARED_PENALTY],
  };
}

/** A solution of a problem with a ridge of one strength. */
interface Solution {
  readonly problem: Problem;
  readonly lambda: number;
  readonly weights: readonly number[];
  /** (ZᵀZ + λP)⁻¹. */
  readonly inverse: Matrix;
  /** Latency over left-out prediction, less 1. */
  readonly residuals: readonly number[];
  readonly meanResidual: number;
}

function solveRidge(problem: Problem, lambda: number): Solution {
  const { design, target, penalties } = problem, transposed = design.transpose(), normal = transposed.mmul(design);
  penalties.forEach((penalty, index) => normal.set(index, index, normal.get(index, index) + lambda * penalty));
  const inverted = inverse(normal), weights = inverted.mmul(transposed).mmul(target);
  const errors = Matrix.sub(target, design.mmul(weights)), hat = design.mmul(inverted);
  const residuals = errors.to1DArray().map((error, row) => {
    const leverage = hat.getRow(row).reduce((sum, value, column) => sum + value * design.get(row, column), 0);
    // Left out, the prediction over the latency is 1 less the error.
    return 1 / Math.max(0.01, 1 - error / Math.max(1e-6, 1 - leverage)) - 1;
  });
  const meanResidual = residuals.reduce((sum, value) => sum + Math.abs(value), 0) / residuals.length;
  return { problem, lambda, weights: weights.to1DArray(), inverse: inverted, residuals, meanResidual };
}

/** Strengths that are tried. The weakest leaves the classes free: the prior must earn its place. */
const LAMBDAS = [1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3];

/** Weights of columns as coefficients, and how the former make the latter: coefficients = units·(prior + map·weights). */
function coefficientsOf(
  { problem, weights, inverse, residuals }: Solution,
): Pick<Correction, "coefficients" | "covariance"> {
  const { units } = problem, shared = weights.length - 1;
  const map = Matrix.zeros(units.length, weights.length);
  units.forEach((unit, row) => {
    map.set(row, row, unit);
    if (row >= 2) map.set(row, shared, unit);
  });
  const prior = units.map((unit, row) => row < 2 ? 0 : unit);
  const coefficients = map.mmul(Matrix.columnVector([...weights])).to1DArray().map((value, row) => value + prior[row]!);
  const freedom = Math.max(1, residuals.length - weights.length);
  const variance = residuals.reduce((sum, value) => sum + value * value, 0) / freedom;
  const covariance = map.mmul(inverse).mmul(map.transpose()).mul(variance);
  return { coefficients, covariance: covariance.to1DArray() };
}

/** What a correction is fitted with. */
export interface CorrectionFit {
  /** The predicted time of a kernel, ms. */
  readonly timeOf: (kernel: KernelUse["kernel"]) => number;
}

/**
 * Fits a correction. Coefficients of classes multiply predicted times, or numbers of kernels where these predict left-out
 * networks better, as on a device that is bound by starting kernels. Throws RangeError for fewer than
 * {@link MIN_NETWORKS}.
 */
export function fitCorrection(networks: readonly MeasuredNetwork[], fit: CorrectionFit): Correction {
  requireNetworks(networks.length);
  const classes = [...new Set(networks.flatMap(({ kernels }) => kernels.map(({ kernel }) => kernelClass(kernel))))]
    .sort();
  const rows = networks.map(({ kernels }) => rowOf(kernels, { ...fit, classes }));
  const latenciesMs = networks.map(({ latencyMs }) => latencyMs);
  const ratios = rows.map(({ total }, at) => total / latenciesMs[at]!);
  const scale = ratios.reduce((sum, value) => sum + value, 0) / ratios.reduce((sum, value) => sum + value * value, 0);
  let best: Solution | undefined;
  for (const basis of correctionBases) {
    const problem = problemOf(rows, { basis, latenciesMs, scale });
    for (const lambda of LAMBDAS) {
      const solution = solveRidge(problem, lambda);
      if (solution.meanResidual < (best?.meanResidual ?? Infinity)) best = solution;
    }
  }
  if (!best) throw new RangeError("Cannot fit latencies of networks as no fit is finite");
  const { problem: { basis }, lambda, residuals } = best;
  return { basis, scale, classes, lambda, residuals, ...coefficientsOf(best) };
}

/**
 * Half the width of an interval that holds a share of new networks, as a part of their prediction: the conformal quantile
 * ⌈share·(n + 1)⌉ of residuals (Vovk et al., "Algorithmic learning in a random world"). Null where there are too few.
 */
export function conformalHalfWidth(residuals: readonly number[], share = 0.9): number | null {
  const rank = Math.ceil(share * (residuals.length + 1) - 1e-9);
  return residuals.map(Math.abs).sort((a, b) => a - b)[rank - 1] ?? null;
}
