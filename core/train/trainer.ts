/** Trains a network on a device: one program a step, on tensors that the device keeps. */
import type { Backend, Program, State } from "../graph/backend.ts";
import type { NetworkDesign } from "../networks/design.ts";
import { IMAGE } from "../networks/parameters.ts";
import type { TrainConfig } from "./config.ts";
import { distillationLoss, teacherName } from "./distillation.ts";
import { averageName } from "./held_changes.ts";
import { initialValues } from "./initialisations.ts";
import { type TrainingPlan, trainingPlan } from "./plan.ts";
import { TARGETS, type TrainingGraphs, trainingGraphs } from "./step.ts";

/** What a step is fed: images and what they should be called. */
export interface TrainingFeed {
  /** `[batch, h, w, 3]` f32, augmented and normalised. */
  readonly images: Float32Array;
  /** `[batch, classes]` f32 probabilities, not smoothed. */
  readonly targets: Float32Array;
}

/** What is trained, how, and where. */
export interface TrainerOptions {
  /** How. */
  readonly config: TrainConfig;
  /** Where. */
  readonly backend: Backend;
  /** Batches of an epoch. */
  readonly batches: number;
  /** Whose maps and logits the network learns beside the labels; its tensors must be written by {@link Trainer.teach}. */
  readonly teacher?: NetworkDesign | undefined;
}

/** A network in training: its parameters, and all that a step needs of the steps before, are on the device. */
export class Trainer implements Disposable {
  /** Everything that is kept from one step to the next. */
  readonly state: State;
  /** Steps of an epoch; a step is a batch, or several whose gradients are averaged. */
  readonly stepsPerEpoch: number;
  readonly #config: TrainConfig;
  readonly #plan: TrainingPlan;
  readonly #graphs: TrainingGraphs;
  readonly #step: Program;
  readonly #accumulate: Program | undefined;

  /** Compiles a step. All tensors are zeros until {@link begin}, or until they are written. Throws RangeError, ShapeError. */
  constructor(design: NetworkDesign, { config, backend, batches, teacher }: TrainerOptions) {
    this.#config = config;
    this.stepsPerEpoch = Math.floor(batches / config.accumulate);
    if (this.stepsPerEpoch < 1) {
      throw new RangeError(`Cannot train as a step takes ${config.accumulate} batches: got ${batches} an epoch`);
    }
    this.#plan = trainingPlan(config, { epochImages: this.stepsPerEpoch * this.stepImages });
    const taught = teacher && { loss: distillationLoss(design, { ...config, teacher }) };
    this.#graphs = trainingGraphs(design, { ...this.#plan.options, ...taught });
    const { step, accumulate, held } = this.#graphs, state = this.state = backend.hold(held);
    this.#step = backend.compile(step, { state });
    this.#accumulate = accumulate && backend.compile(accumulate, { state });
  }

  /** Images of a step. */
  get stepImages(): number {
    return this.#config.batch * this.#config.accumulate;
  }

  /** The network's parameters and running statistics, in the order of a checkpoint. */
  get parameters(): TrainingGraphs["parameters"] {
    return this.#graphs.parameters;
  }

  /** The part of the state that steps change: all that a snapshot needs. */
  get changing(): Pick<State, "shapes" | "read" | "write"> {
    const { state } = this, fixed = new Set(this.#graphs.fixed);
    const shapes = Object.fromEntries(Object.entries(state.shapes).filter(([name]) => !fixed.has(name)));
    return {
      shapes,
      read: (names = Object.keys(shapes)) => state.read(names),
      write: (values) => state.write(values),
    };
  }

  /** The name of the held tensor that a parameter is evaluated and kept by: its average where there is one. */
  evaluatedName(parameter: string): string {
    return this.#config.average === undefined ? parameter : averageName(parameter);
  }

  /** Fills the state: with values by name, or else as the configuration says; not the teacher's tensors. */
  async begin(values?: Readonly<Record<string, Float32Array>>): Promise<void> {
    const graphs = this.#graphs, { parameters, lossParameters, branchWeights } = graphs;
    const drawn = values ? lossParameters : [...parameters, ...lossParameters];
    const begun = initialValues({ parameters: drawn, branchWeights }, this.#plan.initialisation);
    await this.state.write(graphs.beginning({ ...begun, ...values }));
  }

  /** Fills the teacher's tensors with the values of its parameters by name; they stay as they are. */
  async teach(values: Readonly<Record<string, Float32Array>>): Promise<void> {
    const named = Object.entries(values).map(([name, numbers]) => [teacherName(name), numbers]);
    await this.state.write(Object.fromEntries(named));
  }

  /** The learning rate of a step, counted from 1. */
  rateOf(step: number): number {
    return this.#plan.schedule(step * this.stepImages);
  }

  /** Takes a step, counted from 1, on its batches. Gives the mean loss of its images, before weights change. */
  async step(step: number, feeds: readonly TrainingFeed[]): Promise<number> {
    const runs = feeds.map(({ images, targets }, index) => {
      const fed = { [IMAGE]: images, [TARGETS]: targets };
      if (index < feeds.length - 1) return this.#accumulate!.run({ feeds: fed });
      return this.#step.run({ feeds: { ...fed, ...this.#graphs.scalars(step, this.rateOf(step)) } });
    });
    const losses = (await Promise.all(runs)).map(([loss]) => loss![0]!);
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  }

  /** Frees what the device keeps. */
  [Symbol.dispose](): void {
    this.#step[Symbol.dispose]();
    this.#accumulate?.[Symbol.dispose]();
    this.state[Symbol.dispose]();
  }
}
