/** How well latencies are predicted that are in no fit: splits of published tables, by the product's own functions. */
import {
  conformalHalfWidth,
  fitLatency,
  type LatencyAccuracy,
  latencyAccuracy,
  type LatencyDevice,
  LatencyPredictor,
  type MeasuredKernel,
  type MeasuredNetwork,
  Random,
  type Tiling,
} from "../core/mod.ts";
import { networkMacs } from "../core/latency/acceptance.ts";
import { fitKernelModel, KernelPredictor } from "../core/latency/kernel_model.ts";

/** A list in a random order that the seed decides. */
export function shuffle<T>(list: readonly T[], seed: number): T[] {
  const random = new Random(seed, 0), order = [...list];
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

/** What a split shows. */
export interface SplitFigures extends LatencyAccuracy {
  /** The share of the intervals of 90 % that hold the measurement. */
  readonly coverage: number;
  /** Half their width, as a part of the prediction. */
  readonly halfWidth: number;
  /** Mean error of multiply-adds times a factor that is fitted to the same measurements. */
  readonly macsError: number;
}

/** The phones of the published tables. */
export const device: LatencyDevice = {
  name: "published",
  kind: "phone",
  runtime: "tflite",
  fusion: "tflite",
  precision: "f32",
  batch: 1,
  resolution: 32,
  notes: {},
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean error on a test of work times a factor, the factor by least squares of relative errors. */
function linearError(
  fit: readonly (readonly [work: number, ms: number])[],
  test: readonly (readonly [work: number, ms: number])[],
): number {
  const ratios = fit.map(([work, ms]) => work / ms);
  const factor = mean(ratios) / mean(ratios.map((ratio) => ratio * ratio));
  return mean(test.map(([work, ms]) => Math.abs(factor * work / ms - 1)));
}

/** How networks are split. */
export interface NetworkSplit {
  /** Networks to fit on. */
  readonly count: number;
  /** Seed of the random order. */
  readonly seed: number;
  /** Networks to test on, at most. */
  readonly test: number;
}

/** Fits an artefact to some networks, and predicts others. */
export function networkSplit(networks: readonly MeasuredNetwork[], { count, seed, test }: NetworkSplit): SplitFigures {
  const order = shuffle(networks, seed), fitted = order.slice(0, count), others = order.slice(count, count + test);
  const artefact = fitLatency({ device, createdAt: "", kernels: [], networks: fitted });
  const predictor = new LatencyPredictor(artefact);
  const predictions = others.map((network) => ({ network, ...predictor.predict(network.kernels) }));
  const work = (network: MeasuredNetwork) => [networkMacs(network), network.latencyMs] as const;
  return {
    ...latencyAccuracy(predictions.map((p) => ({ predictedMs: p.predictedMs, measuredMs: p.network.latencyMs }))),
    coverage: mean(
      predictions.map(({ network: { latencyMs }, interval90Ms: [low, high] }) =>
        latencyMs >= low && latencyMs <= high ? 1 : 0
      ),
    ),
    halfWidth: artefact.intervals.networks,
    macsError: linearError(fitted.map(work), others.map(work)),
  };
}

/** Means over figures; Spearman's too. */
export function meanFigures(figures: readonly SplitFigures[]): SplitFigures {
  const of = (key: keyof SplitFigures): number => mean(figures.map((figure) => figure[key] ?? NaN));
  const keys = Object.keys(figures[0]!) as (keyof SplitFigures)[];
  return Object.fromEntries(keys.map((key) => [key, of(key)])) as unknown as SplitFigures;
}

/** Kernels to fit on, others for the interval, and others to test on. */
export interface KernelSplit {
  readonly fit: readonly MeasuredKernel[];
  readonly calibration: readonly MeasuredKernel[];
  readonly test: readonly MeasuredKernel[];
  /** How the device cuts kernels. */
  readonly tiling: Tiling;
}

/** Fits kernels in fp16 and predicts others. */
export function kernelSplit({ fit, calibration, test, tiling }: KernelSplit): SplitFigures {
  const predictor = new KernelPredictor(fitKernelModel(fit, { rules: { bytesPerValue: 2, tiling } }));
  const ratio = ({ kernel, latencyMs }: MeasuredKernel): number => latencyMs / predictor.latencyMs(kernel) - 1;
  const halfWidth = conformalHalfWidth(calibration.map(ratio)) ?? NaN;
  const work = ({ kernel, latencyMs }: MeasuredKernel) => [kernel.macs, latencyMs] as const;
  return {
    ...latencyAccuracy(
      test.map(({ kernel, latencyMs }) => ({ predictedMs: predictor.latencyMs(kernel), measuredMs: latencyMs })),
    ),
    coverage: mean(test.map((measured) => Math.abs(ratio(measured)) <= halfWidth ? 1 : 0)),
    halfWidth,
    macsError: linearError(fit.map(work), test.map(work)),
  };
}

/** Sizes and output channels that a split keeps from the fit. */
const unseen = { sizes: [14, 42, 126, 366], outputs: [48, 160, 384, 1280, 1920] } as const;

/** A part of the kernels to fit on, and others to test on: at random, or with sizes and channels that no fit saw. */
export function splitKernels(
  kernels: readonly MeasuredKernel[],
  { by, count, test, seed }: {
    readonly by: "random" | "unseen";
    readonly count: number;
    readonly test: number;
    readonly seed: number;
  },
): Omit<KernelSplit, "tiling"> {
  const order = shuffle(kernels, seed);
  if (by === "random") {
    const others = order.slice(count);
    return { fit: order.slice(0, count), test: others.slice(0, test), calibration: others.slice(test, test + 500) };
  }
  const newSize = ({ kernel }: MeasuredKernel): boolean => (unseen.sizes as readonly number[]).includes(kernel.size);
  const newOutputs = ({ kernel }: MeasuredKernel): boolean =>
    (unseen.outputs as readonly number[]).includes(kernel.outputs);
  const seen = order.filter((kernel) => !newSize(kernel) && !newOutputs(kernel));
  const others = order.filter((kernel) => newSize(kernel) && newOutputs(kernel));
  return { fit: seen.slice(0, count), test: others.slice(0, test), calibration: seen.slice(count, count + 500) };
}
