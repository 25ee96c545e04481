/** Latencies of kernels: a roofline times trees on the logarithm of what it leaves. */
import { featureNames, type FeatureRules, featureTable, writeFeatures } from "./features.ts";
import type { Kernel } from "./kernel.ts";
import { fitRoofline, lnRooflineMs, type Roofline } from "./roofline.ts";
import { CompiledTrees, fitTrees, type Trees, type TreeSettings } from "./trees.ts";

/** A kernel and how long it took. */
export interface MeasuredKernel {
  /** The kernel. */
  readonly kernel: Kernel;
  /** Its time, ms. */
  readonly latencyMs: number;
}

/** What predicts kernels; plain data. */
export interface KernelModel {
  /** What kernels are described with. */
  readonly rules: FeatureRules;
  /** The device's roofline. */
  readonly roofline: Roofline;
  /** Trees on ln(time / roofline); absent where no kernel was measured. */
  readonly trees: Trees | null;
}

/** How a kernel model is fitted. */
export interface KernelFit {
  /** What kernels are described with. */
  readonly rules: FeatureRules;
  /** How trees are grown. */
  readonly trees?: TreeSettings;
}

/** Throws RangeError for a time that is no positive number. */
export function requireLatency(latencyMs: number, of: string): void {
  if (latencyMs > 0 && Number.isFinite(latencyMs)) return;
  throw new RangeError(`Cannot fit a latency as it is a positive number of ms: got ${latencyMs} for ${of}`);
}

/** Fits roofline and trees. Throws RangeError for no kernel, or a time that is no positive number. */
export function fitKernelModel(measured: readonly MeasuredKernel[], { rules, trees = {} }: KernelFit): KernelModel {
  for (const { kernel, latencyMs } of measured) requireLatency(latencyMs, kernel.key);
  if (measured.length === 0) throw new RangeError("Cannot fit latencies of kernels as there are none");
  const kernels = measured.map(({ kernel }) => kernel), latenciesMs = measured.map(({ latencyMs }) => latencyMs);
  const { bytesPerValue } = rules, roofline = fitRoofline({ kernels, latenciesMs, bytesPerValue });
  const targets = Float64Array.from(
    latenciesMs,
    (ms, row) => Math.log(ms) - lnRooflineMs(roofline, kernels[row]!, bytesPerValue),
  );
  const features = featureTable(kernels, { rules, roofline });
  return { rules, roofline, trees: fitTrees({ features, width: featureNames.length, targets }, trees) };
}

/** Most kernels whose predictions are kept. */
const MAX_KEPT = 1_000_000;

/** Predicts kernels, and keeps what it predicted by their keys. */
export class KernelPredictor {
  readonly #model: KernelModel;
  readonly #trees: CompiledTrees | undefined;
  readonly #row = new Float64Array(featureNames.length);
  readonly #kept = new Map<string, number>();

  constructor(model: KernelModel) {
    this.#model = model;
    this.#trees = model.trees ? new CompiledTrees(model.trees) : undefined;
  }

  /** The time of a kernel, ms. */
  latencyMs(kernel: Kernel): number {
    const kept = this.#kept.get(kernel.key);
    if (kept !== undefined) return kept;
    const { roofline, rules } = this.#model;
    writeFeatures(this.#row, { kernel, at: 0, rules, roofline });
    const ms = Math.exp(this.#row.at(-1)! + (this.#trees?.predict(this.#row, 0) ?? 0));
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(kernel.key, ms);
    return ms;
  }
}
