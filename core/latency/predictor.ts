/** Predicts latencies of networks by an artefact. */
import type { LatencyArtefact } from "./artefact.ts";
import { conformalHalfWidth } from "./correction.ts";
import { whyLatencyOutside, whyOutside } from "./domain.ts";
import { type Kernel, kernelClass, type KernelUse } from "./kernel.ts";
import { KernelPredictor } from "./kernel_model.ts";

/** What is said of a network's latency. */
export interface LatencyPrediction {
  /** The latency of one batch, ms. */
  readonly predictedMs: number;
  /** Holds 90 % of networks that are drawn as those of the calibration. */
  readonly interval90Ms: readonly [low: number, high: number];
  /**
   * Holds 90 % of networks that a search selects: they were selected for low predictions too, so that these are too low
   * more often. Null until nine of them were measured.
   */
  readonly eliteInterval90Ms: readonly [low: number, high: number] | null;
  /** Standard deviation of the measured latency around the prediction, as a part of it: of the fit and of what it leaves. */
  readonly relativeSd: number;
  /** Whether all kernels and the latency are between those that were measured. */
  readonly inDomain: boolean;
  /** What is outside, at most three reasons; empty inside. */
  readonly why: readonly string[];
}

/** What is kept of a kernel. */
interface KnownKernel {
  /** Its predicted time by the factor that all classes share, ms. */
  readonly ms: number;
  /** What its class's coefficient multiplies: its predicted time, or 1 where classes are counted. */
  readonly value: number;
  /** The place of its class among the coefficients; −1 for a class that no measured network had. */
  readonly place: number;
  readonly why: string | undefined;
}

/** A prediction is at least this part of what the classes take by the factor that they share. */
const LEAST_SHARE = 0.1;
const MAX_REASONS = 3;
const MAX_KEPT = 1_000_000;

/** Predicts networks; keeps what it knows of kernels by their keys, so that a search asks for few new ones. */
export class LatencyPredictor {
  readonly #artefact: LatencyArtefact;
  readonly #kernels: KernelPredictor;
  readonly #known = new Map<string, KnownKernel>();
  readonly #columns: Float64Array;
  readonly #covariance: Float64Array;
  readonly #residualVariance: number;
  readonly #elites: { readonly bias: number; readonly half: number } | undefined;

  /** Readies an artefact, which must be one that `parseArtefact` or `fitLatency` gave. */
  constructor(artefact: LatencyArtefact) {
    const { correction: { coefficients, covariance, residuals }, intervals: { elites } } = artefact;
    this.#artefact = artefact;
    this.#kernels = new KernelPredictor(artefact.model);
    this.#columns = new Float64Array(coefficients.length);
    this.#covariance = Float64Array.from(covariance);
    this.#residualVariance = residuals.reduce((sum, value) => sum + value * value, 0) / Math.max(1, residuals.length);
    const bias = elites.toSorted((a, b) => a - b)[elites.length >> 1] ?? 1;
    const half = conformalHalfWidth(elites.map((ratio) => ratio / bias - 1));
    this.#elites = half === null ? undefined : { bias, half };
  }

  /** The time of one kernel, ms, before the correction for networks. */
  kernelMs(kernel: Kernel): number {
    return this.#kernels.latencyMs(kernel);
  }

  /** Predicts one network. */
  predict(kernels: readonly KernelUse[]): LatencyPrediction {
    const { correction: { coefficients }, intervals, domain } = this.#artefact, columns = this.#columns;
    const why: string[] = [];
    columns.fill(0)[0] = 1;
    let unknown = 0, prior = 0;
    for (const { kernel, count } of kernels) {
      const known = this.#known.get(kernel.key) ?? this.#learn(kernel), { place, value } = known, ms = known.ms * count;
      prior += ms;
      columns[1]! += count;
      if (place < 0) unknown += ms;
      else columns[place]! += count * value;
      if (known.why !== undefined && why.length < MAX_REASONS) why.push(known.why);
    }
    let sum = unknown;
    for (let column = 0; column < columns.length; column++) sum += coefficients[column]! * columns[column]!;
    const predictedMs = Math.max(sum, LEAST_SHARE * prior), half = intervals.networks, elites = this.#elites;
    const outside = whyLatencyOutside(predictedMs, domain);
    if (outside !== undefined && why.length < MAX_REASONS) why.push(outside);
    const selected = elites && predictedMs * elites.bias;
    return {
      predictedMs,
      interval90Ms: [predictedMs * Math.max(0, 1 - half), predictedMs * (1 + half)],
      eliteInterval90Ms: selected === undefined
        ? null
        : [selected * Math.max(0, 1 - elites!.half), selected * (1 + elites!.half)],
      relativeSd: Math.sqrt(Math.max(0, this.#fitVariance()) / predictedMs ** 2 + this.#residualVariance),
      inDomain: why.length === 0,
      why,
    };
  }

  #learn(kernel: Kernel): KnownKernel {
    const { correction: { basis, classes, scale }, domain } = this.#artefact;
    const at = classes.indexOf(kernelClass(kernel)), latencyMs = this.#kernels.latencyMs(kernel);
    const known = {
      ms: scale * latencyMs,
      value: basis === "times" ? latencyMs : 1,
      place: at < 0 ? -1 : at + 2,
      why: whyOutside(kernel, domain),
    };
    if (this.#known.size >= MAX_KEPT) this.#known.clear();
    this.#known.set(kernel.key, known);
    return known;
  }

  /** Variance of the sum by that of the coefficients. */
  #fitVariance(): number {
    const columns = this.#columns, size = columns.length, covariance = this.#covariance;
    let variance = 0;
    for (let row = 0; row < size; row++) {
      const value = columns[row]!;
      if (value === 0) continue;
      for (let column = 0; column < size; column++) {
        variance += value * columns[column]! * covariance[row * size + column]!;
      }
    }
    return variance;
  }
}

/**
 * Predicts networks, one after the other. A search keeps a {@link LatencyPredictor} instead, which remembers kernels.
 *
 * Predictions are of whole batches. Those outside the domain are made as well, and say why.
 */
export function predictLatency(
  artefact: LatencyArtefact,
  networks: readonly { readonly kernels: readonly KernelUse[] }[],
): LatencyPrediction[] {
  const predictor = new LatencyPredictor(artefact);
  return networks.map(({ kernels }) => predictor.predict(kernels));
}
