/** Whether a calibration is good enough: the gates, by kind of device. */
import { type LatencyAccuracy, latencyAccuracy, type PredictedPair } from "./accuracy.ts";
import type { AcceptanceReport, Gate, LatencyDevice } from "./artefact.ts";
import { conformalHalfWidth, type MeasuredNetwork } from "./correction.ts";

/** What a kind of device must reach. */
interface Limits {
  readonly mape: number;
  readonly within10: number;
  readonly spearman: number;
  readonly halfWidth: number;
  readonly noise: number;
}

/** Networks of a GPU repeat better than those of phones, and their space is wider. */
const networkLimits: Readonly<Record<LatencyDevice["kind"], Limits>> = {
  gpu: { mape: 0.05, within10: 0.9, spearman: 0.98, halfWidth: 0.1, noise: 0.02 },
  cpu: { mape: 0.08, within10: 0.7, spearman: 0.9, halfWidth: 0.2, noise: 0.03 },
  phone: { mape: 0.08, within10: 0.7, spearman: 0.9, halfWidth: 0.2, noise: 0.03 },
};
const kernelLimits = { mape: 0.12, within10: 0.6, spearman: 0.99, timeWeighted: 0.08 } as const;

const atMost = (name: string, limit: number, value: number | null): Gate => ({
  name,
  limit,
  value,
  passed: value !== null && value <= limit,
});
const atLeast = (name: string, limit: number, value: number | null): Gate => ({
  name,
  limit,
  value,
  passed: value !== null && value >= limit,
});

/** What gates are applied to. */
export interface AcceptanceInput {
  /** The kind of device. */
  readonly kind: LatencyDevice["kind"];
  /** Kernels, each predicted by a model without it; empty where none was measured. */
  readonly kernels: readonly PredictedPair[];
  /** Networks. */
  readonly networks: readonly MeasuredNetwork[];
  /** Latency over left-out prediction of each, less 1. */
  readonly residuals: readonly number[];
  /** Standard deviation of a repeated measurement over its mean, or null. */
  readonly noise: number | null;
}

function networkGates(accuracy: LatencyAccuracy, { kind, residuals, noise }: AcceptanceInput): Gate[] {
  const limits = networkLimits[kind];
  return [
    atMost("networks: mean error", limits.mape, accuracy.mape),
    atLeast("networks: share within 10 %", limits.within10, accuracy.within10),
    atLeast("networks: Spearman", limits.spearman, accuracy.spearman),
    atMost("networks: half-width of the 90 % interval", limits.halfWidth, conformalHalfWidth(residuals)),
    atMost("noise of a repeated measurement", limits.noise, noise),
  ];
}

function kernelGates({ mape, within10, spearman, timeWeighted }: LatencyAccuracy): Gate[] {
  return [
    atMost("kernels: mean error", kernelLimits.mape, mape),
    atLeast("kernels: share within 10 %", kernelLimits.within10, within10),
    atLeast("kernels: Spearman", kernelLimits.spearman, spearman),
    atMost("kernels: error weighted by time", kernelLimits.timeWeighted, timeWeighted),
  ];
}

/** Mean relative error of a prediction that is one factor times something, the factor from the other networks. */
function baselineError(networks: readonly MeasuredNetwork[], of: (network: MeasuredNetwork) => number): number {
  const ratios = networks.map((network) => of(network) / network.latencyMs);
  const sum = ratios.reduce((total, value) => total + value, 0);
  const squares = ratios.reduce((total, value) => total + value * value, 0);
  const errors = ratios.map((ratio) => Math.abs(ratio * (sum - ratio) / (squares - ratio * ratio) - 1));
  return errors.reduce((total, value) => total + value, 0) / errors.length;
}

/** Multiply-adds of a network. */
export function networkMacs({ kernels }: Pick<MeasuredNetwork, "kernels">): number {
  return kernels.reduce((sum, { kernel, count }) => sum + count * kernel.macs, 0);
}

/** Applies the gates. */
export function acceptanceOf(input: AcceptanceInput): AcceptanceReport {
  const { networks, residuals } = input;
  const pairs = networks.map(({ latencyMs }, index) => ({
    measuredMs: latencyMs,
    predictedMs: latencyMs / (1 + residuals[index]!),
  }));
  const accuracy = latencyAccuracy(pairs), kernels = input.kernels.length > 0 ? latencyAccuracy(input.kernels) : null;
  const gates = [...(kernels ? kernelGates(kernels) : []), ...networkGates(accuracy, input)];
  return {
    kernels,
    networks: accuracy,
    baselines: { macs: baselineError(networks, networkMacs), mean: baselineError(networks, () => 1) },
    gates,
    passed: gates.every(({ passed }) => passed),
  };
}
