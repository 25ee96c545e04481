/** Fits an artefact to what was measured on a device. */
import type { PredictedPair } from "./accuracy.ts";
import { acceptanceOf } from "./acceptance.ts";
import {
  bytesOfPrecision,
  LATENCY_SCHEMA,
  type LatencyArtefact,
  type LatencyContent,
  type LatencyDevice,
  sealArtefact,
} from "./artefact.ts";
import { conformalHalfWidth, fitCorrection, type MeasuredNetwork, requireNetworks } from "./correction.ts";
import { domainOf } from "./domain.ts";
import { type FeatureRules, type Tiling, webgpuTiling } from "./features.ts";
import {
  fitKernelModel,
  type KernelModel,
  KernelPredictor,
  type MeasuredKernel,
  requireLatency,
} from "./kernel_model.ts";
import { defaultRoofline } from "./roofline.ts";
import type { TreeSettings } from "./trees.ts";

/** A network that a search selected, predicted before it was measured. */
export interface MeasuredElite extends MeasuredNetwork {
  /** What was predicted for it, ms. */
  readonly predictedMs: number;
}

/** What was measured, and on what. */
export interface LatencyCalibration {
  /** What the calibration holds for. */
  readonly device: LatencyDevice;
  /** When it was measured, ISO 8601. */
  readonly createdAt: string;
  /** Single kernels; may be empty, as on phones. One that was measured several times counts by its median. */
  readonly kernels: readonly MeasuredKernel[];
  /** Whole networks, ten at least, drawn from the search space. */
  readonly networks: readonly MeasuredNetwork[];
  /** Networks that a search selected; they take part in the fit, and have an interval of their own. */
  readonly elites?: readonly MeasuredElite[];
  /** An artefact of another device, whose kernels are taken where none was measured. */
  readonly prior?: LatencyArtefact;
  /** Standard deviation of a repeated measurement over its mean, such as the sentinel's. */
  readonly noise?: number | null;
  /** How the device cuts kernels; default: as this project's WGSL kernels. */
  readonly tiling?: Tiling;
  /** How trees are grown. */
  readonly trees?: TreeSettings;
}

/** Parts that the kernels are divided into, to predict each by a model of the others. */
const FOLDS = 4;
/** Fewer kernels make a roofline but no trees: they would only follow the noise. */
const MIN_KERNELS_FOR_TREES = 100;

/** Each kernel once, with the median of its times, ordered by key, so that the fit does not depend on the order. */
function merged(measured: readonly MeasuredKernel[]): MeasuredKernel[] {
  const byKey = Map.groupBy(measured, ({ kernel }) => kernel.key);
  return [...byKey.entries()].sort(([a], [b]) => a < b ? -1 : 1).map(([, times]) => {
    const latencies = times.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
    return { kernel: times[0]!.kernel, latencyMs: latencies[latencies.length >> 1]! };
  });
}

interface FittedKernels {
  readonly model: KernelModel;
  /** Each kernel predicted by a model of the other folds. */
  readonly leftOut: readonly PredictedPair[];
}

function fitKernels(measured: readonly MeasuredKernel[], calibration: LatencyCalibration): FittedKernels {
  const { device, prior, tiling = webgpuTiling } = calibration;
  const rules: FeatureRules = { bytesPerValue: bytesOfPrecision[device.precision], tiling };
  if (measured.length === 0) {
    return { model: prior?.model ?? { rules, roofline: defaultRoofline, trees: null }, leftOut: [] };
  }
  const trees = measured.length < MIN_KERNELS_FOR_TREES ? { trees: 0 } : calibration.trees ?? {},
    fit = { rules, trees };
  const leftOut: PredictedPair[] = [];
  for (let fold = 0; fold < FOLDS && measured.length >= FOLDS; fold++) {
    const predictor = new KernelPredictor(fitKernelModel(measured.filter((_, i) => i % FOLDS !== fold), fit));
    for (const { kernel, latencyMs } of measured.filter((_, i) => i % FOLDS === fold)) {
      leftOut.push({ predictedMs: predictor.latencyMs(kernel), measuredMs: latencyMs });
    }
  }
  return { model: fitKernelModel(measured, fit), leftOut };
}

/**
 * Fits an artefact: a roofline and trees to the kernels, a correction to the networks, intervals and acceptance by what
 * was left out of each fit. Seconds for thousands of kernels; the same measurements give the same bytes.
 *
 * Throws RangeError for fewer than ten networks, and for times that are no positive numbers.
 *
 * @example
 * ```ts
 * import { fitLatency, kernelOf, predictLatency } from "@zennas/zennas";
 * const networks = Array.from({ length: 12 }, (_, index) => {
 *   const kernel = kernelOf({ kind: "convolution", size: 8 + index, inputs: 16, outputs: 16, window: 3 });
 *   return { text: `${index}`, kernels: [{ kernel, count: 1 }], latencyMs: 1 + kernel.macs / 1e6 };
 * });
 * const artefact = fitLatency({
 *   device: { name: "d", kind: "cpu", runtime: "r", fusion: "zennas", precision: "f32", batch: 1, resolution: 32, notes: {} },
 *   createdAt: "2026-01-01T00:00:00Z",
 *   kernels: [],
 *   networks,
 * });
 * const [prediction] = predictLatency(artefact, [networks[5]!]);
 * if (Math.abs(prediction!.predictedMs / networks[5]!.latencyMs - 1) > 0.05) throw new Error(`${prediction!.predictedMs}`);
 * ```
 */
export function fitLatency(calibration: LatencyCalibration): LatencyArtefact {
  const { device, createdAt, elites = [], noise = null } = calibration;
  const measured = merged(calibration.kernels), networks = [...calibration.networks, ...elites];
  requireNetworks(calibration.networks.length);
  for (const { text, latencyMs } of networks) requireLatency(latencyMs, text);
  const { model, leftOut } = fitKernels(measured, calibration), predictor = new KernelPredictor(model);
  const correction = fitCorrection(networks, { timeOf: (kernel) => predictor.latencyMs(kernel) });
  const pool = correction.residuals.slice(0, calibration.networks.length);
  const kernels = [...measured, ...networks.flatMap((network) => network.kernels)].map(({ kernel }) => kernel);
  const content: LatencyContent = {
    schema: LATENCY_SCHEMA,
    createdAt,
    device,
    measured: { kernels: measured.length, networks: networks.length },
    model,
    correction,
    intervals: {
      kernels: conformalHalfWidth(leftOut.map(({ predictedMs, measuredMs }) => measuredMs / predictedMs - 1)),
      networks: conformalHalfWidth(pool)!,
      elites: elites.map(({ latencyMs, predictedMs }) => latencyMs / predictedMs),
    },
    domain: domainOf(kernels, networks.map(({ latencyMs }) => latencyMs)),
    noise,
    acceptance: acceptanceOf({
      kind: device.kind,
      kernels: leftOut,
      networks: calibration.networks,
      residuals: pool,
      noise,
    }),
  };
  return sealArtefact(content);
}
