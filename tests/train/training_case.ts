/** The published training of 12 steps, as options and feeds of a training step. */
import {
  type Backend,
  fillByName,
  filledInput,
  filledParameters,
  fillingRules,
  IMAGE,
  LEARNING_RATE,
  type NetworkDesign,
  parseStructure,
  structureDesign,
  TARGETS,
  trainingGraphs,
  type TrainingOptions,
} from "@zennas/zennas";
import rows from "../fixtures/training.json" with { type: "json" };

/** One published training. */
export type TrainingRow = (typeof rows)[number];
/** Every published training. */
export const trainingRows: readonly TrainingRow[] = rows;

/** What they were trained with. */
export const published = {
  optimiser: { name: "sgd", momentum: 0.9, nesterov: true },
  weightDecay: 5e-4,
  smoothing: 0.1,
  normMomentum: 0.01,
} as const satisfies Partial<TrainingOptions>;

/** The network of a row. */
export function designOf({ structure, use_se, num_classes: classes, resolution }: TrainingRow): NetworkDesign {
  return structureDesign(parseStructure(structure), { classes, resolution, squeezeExcite: use_se });
}

/** Images and classes of a step, counted from 0. */
export function batchOf(
  { batch, num_classes: classes, resolution }: Pick<TrainingRow, "batch" | "num_classes" | "resolution">,
  step: number,
): Record<string, Float32Array> {
  const images = filledInput(`input${step}`, [batch, resolution, resolution, 3])[`input${step}`]!;
  const targets = new Float32Array(batch * classes);
  fillByName(`label${step}`, batch).forEach((value, image) => {
    const uniform = (value / Math.sqrt(3) + 1) / 2;
    targets[image * classes + Math.floor(uniform * classes)] = 1;
  });
  return { [IMAGE]: images, [TARGETS]: targets };
}

/** How a training went. */
export interface Trajectory {
  readonly losses: readonly number[];
  /** The Euclidean norm of every held tensor afterwards, by name. */
  readonly norms: Readonly<Record<string, number>>;
}

const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));

/** What a trajectory is run with. */
export interface TrajectoryOptions {
  readonly backend: Backend;
  readonly steps: number;
  /** Whether learning rates are fed in float64, which the oracle takes as it is. */
  readonly exactRates?: boolean;
  /** In place of the published ones. */
  readonly options?: Partial<TrainingOptions>;
}

/** Trains a row's network from its published weights on a backend. */
export async function trajectory(
  row: TrainingRow,
  { backend, steps, exactRates = false, options = {} }: TrajectoryOptions,
): Promise<Trajectory> {
  const graphs = trainingGraphs(designOf(row), { batch: row.batch, ...published, ...options });
  using state = backend.hold(graphs.held);
  await state.write(graphs.beginning(filledParameters(graphs.parameters, fillingRules.trained)));
  using program = backend.compile(graphs.step, { state });
  const losses: number[] = [];
  for (let index = 0; index < steps; index++) {
    const rate = row.learning_rates[index]!,
      exact = { [LEARNING_RATE]: Float64Array.of(rate) as unknown as Float32Array };
    const feeds = { ...batchOf(row, index), ...graphs.scalars(index + 1, rate), ...(exactRates && exact) };
    losses.push((await program.run({ feeds }))[0]![0]!);
  }
  const held = Object.entries(await state.read());
  return { losses, norms: Object.fromEntries(held.map(([name, values]) => [name, norm(values)])) };
}
