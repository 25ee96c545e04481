/**
 * One step of training as graphs: forward pass with batch statistics, loss, gradients, and what all held tensors become
 * (parameters, running statistics, what the optimiser keeps, averages).
 */
import type { HeldShapes } from "../graph/backend.ts";
import { gradients } from "../graph/grad.ts";
import type { Graph, NodeId } from "../graph/graph.ts";
import type { NetworkDesign } from "../networks/design.ts";
import { isLearnable, Network, type Parameter } from "../networks/layers.ts";
import { IMAGE, sharedParameters } from "../networks/parameters.ts";
import { Arithmetic } from "./arithmetic.ts";
import { clippedGradients } from "./clipping.ts";
import { averageName, type Change, HeldGraph, type LearntParameter, type OptimiserSite } from "./held_changes.ts";
import type { BeginningNetwork } from "./initialisations.ts";
import { crossEntropy } from "./losses.ts";
import type { Optimiser } from "./optimisers/optimiser.ts";
import { optimiserOf } from "./optimisers/table.ts";
import { checkTrainingOptions, type TrainingOptions, type TrainingPass } from "./step_options.ts";

/** The name under which the classes of a batch are fed, as probabilities `[batch, classes]`. */
export const TARGETS = "targets";

/** The name under which a step's learning rate is fed, `[1]`. */
export const LEARNING_RATE = "step/learning_rate";

const scalarName = (name: string): string => `step/${name}`;

/** A step of training as graphs, which are fed images as {@link IMAGE} and classes as {@link TARGETS}. */
export interface TrainingGraphs extends BeginningNetwork {
  /** A whole step, or its last micro-batch. Gives the loss `[1]` and the logits `[batch, classes]`. */
  readonly step: Graph;
  /**
   * Where gradients accumulate, what each micro-batch before the last does: it changes running statistics and the sums
   * of gradients alone. Gives what {@link step} gives.
   */
  readonly accumulate: Graph | undefined;
  /**
   * The tensors that outlive runs, by name: parameters and running statistics as in PyTorch's checkpoints, slots as
   * `optimiser/<slot>/<parameter>`, sums of gradients as `accumulated/<parameter>`, averages as `average/<parameter>`.
   */
  readonly held: HeldShapes;
  /** The network's parameters and running statistics, in the order of a checkpoint. */
  readonly parameters: readonly Parameter[];
  /** Those that the loss added to the network's. */
  readonly lossParameters: readonly Parameter[];
  /** The names of the held tensors that steps only read. */
  readonly fixed: readonly string[];
  /** What {@link step} is fed beside images and targets: its numbers in a step, counted from 1, at a learning rate. */
  scalars(step: number, learningRate: number): Record<string, Float32Array>;
  /**
   * What held tensors begin with, given the values of all {@link parameters} and {@link lossParameters} by name: those, and
   * averages the same. All others begin as zeros. Throws RangeError for a parameter without values.
   */
  beginning(values: Readonly<Record<string, Float32Array>>): Record<string, Float32Array>;
}

/** Parameters as a checkpoint has them: running statistics follow the bias of their normalisation. */
function withStatistics(parameters: readonly Parameter[]): Parameter[] {
  return parameters.flatMap((parameter): Parameter[] => {
    if (parameter.role !== "norm_bias") return [parameter];
    const { shape } = parameter, norm = parameter.name.replace(/\.bias$/, "");
    return [
      parameter,
      { name: `${norm}.running_mean`, shape, role: "running_mean" },
      { name: `${norm}.running_var`, shape, role: "running_variance" },
    ];
  });
}

/** The network behind a batch. */
function forward(graph: HeldGraph, design: NetworkDesign, options: TrainingOptions): TrainingPass {
  const { builder } = graph, parameters = sharedParameters((_, { name, shape }) => graph.hold(name, shape));
  const { batch, normEpsilon: epsilon, smoothing = 0 } = options, { resolution, classes } = design;
  const network = new Network({ builder, mode: "train", parameters, epsilon });
  const shape = [batch, resolution, resolution, 3], on = new Arithmetic(builder);
  const images = builder.add("input", [], { name: IMAGE, shape }), lowered = design.lower(network, images);
  const fed = builder.add("input", [], { name: TARGETS, shape: [batch, classes] });
  const targets = on.shifted(on.scaled(fed, 1 - smoothing), smoothing / classes);
  return { ...lowered, network, images, targets, hold: (name, extents) => graph.hold(name, extents) };
}

/** Every parameter that learns, with the gradient of the loss. */
function learntParameters({ builder }: HeldGraph, { parameters, parameterNodes }: Network, loss: NodeId) {
  const learnt = parameters
    .map((parameter, index) => ({ parameter, node: parameterNodes[index]! }))
    .filter(({ parameter }) => isLearnable(parameter));
  const found = gradients(builder, { of: loss, withRespectTo: learnt.map(({ node }) => node) });
  return learnt.map((each, index): LearntParameter => ({ ...each, gradient: found[index]! }));
}

function optimiserSite({ builder }: HeldGraph, optimiser: Optimiser, { weightDecay = 0 }: TrainingOptions) {
  const scalar = (name: string): NodeId => builder.add("input", [], { name, shape: [1] });
  const scalars = Object.keys(optimiser.scalars(1)).map((name) => [name, scalar(scalarName(name))]);
  return {
    optimiser,
    weightDecay,
    learningRate: scalar(LEARNING_RATE),
    scalars: Object.fromEntries(scalars),
  } as OptimiserSite;
}

/** The changes of a whole step but for running statistics, given those. */
function stepChanges(
  graph: HeldGraph,
  { learnt, statistics }: { readonly learnt: readonly LearntParameter[]; readonly statistics: readonly Change[] },
  options: TrainingOptions & { readonly rule: Optimiser },
): Change[] {
  const { clipping, average, rule } = options, site = optimiserSite(graph, rule, options);
  const found = learnt.map(({ gradient }) => gradient);
  const bounded = clipping ? clippedGradients(graph.builder, found, clipping) : found;
  const changes = learnt.map((each, index) => graph.learnt({ ...each, gradient: bounded[index]! }, site));
  const averaged = average === undefined ? [] : [...changes.map(([parameter]) => parameter), ...statistics]
    .map((change) => graph.average(change, { keep: average }));
  return [...changes.flat(), ...averaged];
}

/** The values with which held tensors begin. */
function beginningValues(
  parameters: readonly Parameter[],
  values: Readonly<Record<string, Float32Array>>,
  held: HeldShapes,
): Record<string, Float32Array> {
  const begun: Record<string, Float32Array> = {};
  for (const { name } of parameters) {
    const value = values[name], average = averageName(name);
    if (!value) throw new RangeError(`Cannot begin training as every parameter needs values: got none for ${name}`);
    begun[name] = value;
    if (Object.hasOwn(held, average)) begun[average] = value;
  }
  return begun;
}

function scalarFeeds(scalars: Readonly<Record<string, number>>, learningRate: number): Record<string, Float32Array> {
  const named = Object.entries(scalars).map(([name, value]) => [scalarName(name), Float32Array.of(value)]);
  return { [LEARNING_RATE]: Float32Array.of(learningRate), ...Object.fromEntries(named) };
}

/**
 * Puts a step of training on graphs. Throws RangeError for options out of range, and where a normalisation would have
 * one value a channel.
 *
 * @example
 * ```ts
 * import { networkNamed, trainingGraphs } from "@zennas/zennas";
 * const design = networkNamed("cifar_resnet20").design();
 * const { held, scalars } = trainingGraphs(design, { batch: 8, optimiser: { name: "sgd" }, weightDecay: 5e-4 });
 * if (!("optimiser/momentum_buffer/conv1.weight" in held)) throw new Error();
 * if (scalars(1, 0.1)["step/learning_rate"]![0] !== Math.fround(0.1)) throw new Error();
 * ```
 */
export function trainingGraphs(design: NetworkDesign, options: TrainingOptions): TrainingGraphs {
  checkTrainingOptions(options);
  const { accumulate = 1, normMomentum = 0.1, loss: lossOf } = options;
  const rule = optimiserOf(options.optimiser), graph = new HeldGraph();
  const pass = forward(graph, design, options), { network, logits } = pass;
  const own = network.parameters.length, branchWeights = [...network.branchWeights];
  const loss = lossOf ? lossOf(pass) : crossEntropy(graph.builder, pass), outputs = [loss, logits];
  const statistics = network.norms.flatMap((norm) => graph.statistics(norm, normMomentum));
  const learnt = learntParameters(graph, network, loss);
  const sums = accumulate === 1
    ? []
    : learnt.map(({ parameter, gradient }) => graph.accumulated(parameter, gradient, { share: 1 / accumulate }));
  const totals = learnt.map((each, index) => ({ ...each, gradient: sums[index]?.by ?? each.gradient }));
  const changes = stepChanges(graph, { learnt: totals, statistics }, { ...options, rule });
  const cleared = sums.map((sum) => graph.cleared(sum)), updates = [...statistics, ...changes, ...cleared];
  const parameters = withStatistics(network.parameters.slice(0, own));
  const lossParameters = withStatistics(network.parameters.slice(own));
  const changed = new Set(updates.map(({ name }) => name));
  return {
    step: graph.build(outputs, updates),
    accumulate: accumulate === 1 ? undefined : graph.build(outputs, [...statistics, ...sums]),
    held: graph.shapes,
    parameters,
    lossParameters,
    fixed: Object.keys(graph.shapes).filter((name) => !changed.has(name)),
    branchWeights,
    scalars: (step, learningRate) => scalarFeeds(rule.scalars(step), learningRate),
    beginning: (values) => beginningValues([...parameters, ...lossParameters], values, graph.shapes),
  };
}
