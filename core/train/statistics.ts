/** Running statistics of batch normalisations, as nodes of a graph. */
import type { GraphBuilder, NodeId } from "../graph/graph.ts";
import type { NormRecord } from "../networks/layers.ts";
import { Arithmetic } from "./arithmetic.ts";

/** The running statistics of one normalisation, `[c]` each. */
export interface RunningStatistics {
  /** Node of the mean. */
  readonly mean: NodeId;
  /** Node of the variance. */
  readonly variance: NodeId;
}

/** How statistics run. */
export interface RunningOptions {
  /** The statistics before the batch. */
  readonly running: RunningStatistics;
  /** The batch's share of them afterwards, as PyTorch means momentum: 0.1 there, 0.01 in Zen-NAS's training. */
  readonly momentum: number;
}

/**
 * The statistics after a batch: (1 − momentum)·running + momentum·batch, of the batch's mean and of its unbiased variance,
 * which is the biased one times n/(n − 1) for n values a channel (PyTorch's BatchNorm). Throws RangeError where n is 1.
 */
export function runningStatistics(
  builder: GraphBuilder,
  { name, mean, variance, count }: NormRecord,
  { running, momentum }: RunningOptions,
): RunningStatistics {
  if (count < 2) {
    throw new RangeError(`Cannot train ${name} as it normalises by the values of a channel: got one value`);
  }
  const on = new Arithmetic(builder), keep = 1 - momentum, unbiased = count / (count - 1);
  return {
    mean: on.blend(running.mean, mean, { keep }),
    variance: on.blend(running.variance, on.scaled(variance, unbiased), { keep }),
  };
}
