/** What the tensors that outlive a step of training become in it. */
import type { HeldShapes } from "../graph/backend.ts";
import { type Graph, GraphBuilder, type NodeId, type Update } from "../graph/graph.ts";
import type { Shape } from "../graph/shape.ts";
import type { NormRecord, Parameter } from "../networks/layers.ts";
import { Arithmetic } from "./arithmetic.ts";
import { decays } from "./decay.ts";
import type { Optimiser } from "./optimisers/optimiser.ts";
import { runningStatistics } from "./statistics.ts";

/** What a held tensor becomes. */
export interface Change extends Update {
  /** Its extents. */
  readonly shape: Shape;
}

/** A parameter that training changes. */
export interface LearntParameter {
  /** The parameter. */
  readonly parameter: Parameter;
  /** Its node. */
  readonly node: NodeId;
  /** Node of its gradient in this step. */
  readonly gradient: NodeId;
}

/** By what parameters change. */
export interface OptimiserSite {
  /** The rule. */
  readonly optimiser: Optimiser;
  /** The step's learning rate, `[1]`. */
  readonly learningRate: NodeId;
  /** The step's other numbers by name, `[1]` each. */
  readonly scalars: Readonly<Record<string, NodeId>>;
  /** The factor of weight decay of parameters that decay. */
  readonly weightDecay: number;
}

const slotName = (slot: string, parameter: string): string => `optimiser/${slot}/${parameter}`;

/** The name of the running average of a parameter or statistic. */
export function averageName(name: string): string {
  return `average/${name}`;
}

/** A graph with tensors that outlive its runs. */
export class HeldGraph {
  /** Takes any operation. */
  readonly builder: GraphBuilder = new GraphBuilder();
  readonly #shapes: Record<string, Shape> = {};
  readonly #on = new Arithmetic(this.builder);

  /** The shapes of the tensors so far, by name. */
  get shapes(): HeldShapes {
    return this.#shapes;
  }

  /** The node of a tensor that outlives runs. */
  hold(name: string, shape: Shape): NodeId {
    this.#shapes[name] = shape;
    return this.builder.add("input", [], { name, shape });
  }

  /** A normalisation's running statistics after the batch. */
  statistics(norm: NormRecord, momentum: number): Change[] {
    const shape = this.builder.shape(norm.mean);
    const names = { mean: `${norm.name}.running_mean`, variance: `${norm.name}.running_var` };
    const running = { mean: this.hold(names.mean, shape), variance: this.hold(names.variance, shape) };
    const after = runningStatistics(this.builder, norm, { running, momentum });
    return [{ name: names.mean, by: after.mean, shape }, { name: names.variance, by: after.variance, shape }];
  }

  /** The sum of the micro-batches' shares of a gradient, this one's among them. */
  accumulated({ name, shape }: Parameter, gradient: NodeId, { share }: { readonly share: number }): Change {
    const held = `accumulated/${name}`;
    return { name: held, by: this.#on.plus(this.hold(held, shape), this.#on.scaled(gradient, share)), shape };
  }

  /** What an optimiser makes of a parameter, then of its slots. */
  learnt({ parameter, node, gradient }: LearntParameter, site: OptimiserSite): [Change, ...Change[]] {
    const { builder } = this, { name, shape } = parameter, { optimiser } = site;
    const slots = Object.fromEntries(optimiser.slots.map((slot) => [slot, this.hold(slotName(slot, name), shape)]));
    const weightDecay = decays(parameter) ? site.weightDecay : 0;
    const updated = optimiser.update({ ...site, builder, parameter: node, gradient, slots, weightDecay });
    return [
      { name, by: updated.parameter, shape },
      ...optimiser.slots.map((slot) => ({ name: slotName(slot, name), by: updated.slots[slot]!, shape })),
    ];
  }

  /** The running average of a tensor after its change. */
  average({ name, by, shape }: Change, { keep }: { readonly keep: number }): Change {
    const held = averageName(name);
    return { name: held, by: this.#on.blend(this.hold(held, shape), by, { keep }), shape };
  }

  /** The change of a tensor to zeros, whatever it was to become. */
  cleared({ name, shape }: Change): Change {
    return { name, by: this.builder.add("constant", [], { shape, values: [0] }), shape };
  }

  /** The graph of these outputs and changes. */
  build(outputs: readonly NodeId[], changes: readonly Change[]): Graph {
    return this.builder.build(outputs, changes.map(({ name, by }) => ({ name, by })));
  }
}
