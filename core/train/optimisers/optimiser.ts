/** What an optimiser is: how one parameter and what is kept beside it change in a step, as nodes of a graph. */
import type { GraphBuilder, NodeId } from "../../graph/graph.ts";
import { Arithmetic } from "../arithmetic.ts";

/** One parameter in one step. */
export interface UpdateSite {
  /** The graph that takes the update's nodes. */
  readonly builder: GraphBuilder;
  /** The parameter's node, of any shape. */
  readonly parameter: NodeId;
  /** Its gradient, in its shape, without weight decay. */
  readonly gradient: NodeId;
  /** Its slots by name, each in its shape. */
  readonly slots: Readonly<Record<string, NodeId>>;
  /** The step's learning rate, `[1]`. */
  readonly learningRate: NodeId;
  /** The step's other numbers by name (see {@link Optimiser.scalars}), each `[1]`. */
  readonly scalars: Readonly<Record<string, NodeId>>;
  /** The factor of weight decay for this parameter; 0 for none. */
  readonly weightDecay: number;
}

/** What a parameter and its slots become. */
export interface Updated {
  /** The parameter's node after the step. */
  readonly parameter: NodeId;
  /** The slots' nodes after the step, by name. */
  readonly slots: Readonly<Record<string, NodeId>>;
}

/** A rule by which parameters change. */
export interface Optimiser {
  /** Names of the tensors that it keeps for each parameter, in the parameter's shape. All begin as zeros. */
  readonly slots: readonly string[];
  /** The numbers that change with the step beside the learning rate, by name; steps are counted from 1. */
  scalars(step: number): Readonly<Record<string, number>>;
  /** Adds one step of one parameter to a graph. */
  update(site: UpdateSite): Updated;
}

/** No numbers that change with the step. */
export function noScalars(): Readonly<Record<string, number>> {
  return {};
}

/** The gradient of the loss plus ½ · weightDecay · ‖parameter‖²: weight decay as most optimisers have it. */
export function decayedGradient({ builder, parameter, gradient, weightDecay }: UpdateSite): NodeId {
  if (weightDecay === 0) return gradient;
  const on = new Arithmetic(builder);
  return on.plus(gradient, on.scaled(parameter, weightDecay));
}
