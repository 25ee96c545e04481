/** What a step of training is told. */
import type { NodeId } from "../graph/graph.ts";
import type { Shape } from "../graph/shape.ts";
import type { Network } from "../networks/layers.ts";
import type { LoweredStructure } from "../networks/masternet/mod.ts";
import type { Clipping } from "./clipping.ts";
import type { OptimiserSettings } from "./optimisers/table.ts";

/** A network in training mode, for losses. */
export interface TrainingPass extends LoweredStructure {
  /** The network; parameters that a loss adds to it are trained as well. */
  readonly network: Network;
  /** The images, `[batch, h, w, 3]`. */
  readonly images: NodeId;
  /** Probabilities of the classes, smoothed, `[batch, classes]`. */
  readonly targets: NodeId;
  /** The node of a tensor that outlives steps and that no step changes, such as a teacher's weight. */
  hold(name: string, shape: Shape): NodeId;
}

/** How a network is trained. */
export interface TrainingOptions {
  /** Images of one run, so of a micro-batch where gradients accumulate. */
  readonly batch: number;
  /** By what parameters change. */
  readonly optimiser: OptimiserSettings;
  /** The factor of weight decay, for weights of convolutions and linear layers only; default: 0. */
  readonly weightDecay?: number;
  /** Bounds on gradients; default: none. */
  readonly clipping?: Clipping;
  /** Targets become target · (1 − smoothing) + smoothing / classes (Szegedy et al., arXiv 1512.00567); default: 0. */
  readonly smoothing?: number;
  /** Micro-batches of a step, whose gradients are averaged; default: 1. */
  readonly accumulate?: number;
  /** The share of the averages of all parameters and statistics that stays in a step; no averages unless given. */
  readonly average?: number;
  /** The batch's share of running statistics; default: 0.1. */
  readonly normMomentum?: number;
  /** What normalisations add to the variance; default: what the design says. */
  readonly normEpsilon?: number;
  /** The loss, `[1]`; default: the mean cross-entropy of logits and targets. */
  readonly loss?: (pass: TrainingPass) => NodeId;
}

/** A number that must be in a range. */
interface Range {
  readonly words: string;
  holds(value: number): boolean;
}

const share: Range = { words: "from 0 to below 1", holds: (value) => value >= 0 && value < 1 };
const count: Range = { words: "a positive integer", holds: (value) => Number.isSafeInteger(value) && value > 0 };

const ranges: Readonly<Record<string, Range>> = {
  batch: count,
  accumulate: count,
  weightDecay: { words: "at least 0", holds: (value) => value >= 0 && Number.isFinite(value) },
  smoothing: share,
  average: share,
  normMomentum: { words: "above 0 and at most 1", holds: (value) => value > 0 && value <= 1 },
  normEpsilon: { words: "positive", holds: (value) => value > 0 && Number.isFinite(value) },
};

/** Throws RangeError for the first number that is out of its range. */
export function checkTrainingOptions(options: TrainingOptions): void {
  for (const [name, { words, holds }] of Object.entries(ranges)) {
    const value = options[name as keyof TrainingOptions];
    if (value !== undefined && !holds(value as number)) {
      throw new RangeError(`Cannot train as ${name} must be ${words}: got ${value}`);
    }
  }
}
