/** A small network that learns on a device: a convolution with batch norm, a linear layer, and SGD with momentum. */
import {
  type Backend,
  crossEntropy,
  evaluate,
  gradients,
  type Graph,
  GraphBuilder,
  type HeldShapes,
  type NodeId,
  type Shape,
  type State64,
  type Update,
} from "../../core/mod.ts";
import { elementCount } from "../../core/graph/shape.ts";
import { normals } from "./cases.ts";

const IMAGES = 8, SIZE = 7, CHANNELS = 12, CLASSES = 5;
const RATE = 0.05, MOMENTUM = 0.9, DECAY = 1e-3, FORGETTING = 0.1;

/** What is trained. */
const parameters: HeldShapes = {
  "conv.weight": [CHANNELS, 3, 3, 3],
  "norm.weight": [CHANNELS],
  "norm.bias": [CHANNELS],
  "head.weight": [CLASSES, CHANNELS],
  "head.bias": [CLASSES],
};

const velocityOf = (name: string): string => `${name}.velocity`;

/** Everything that is held: parameters, their velocities, running statistics. */
export const heldShapes: HeldShapes = {
  ...parameters,
  ...Object.fromEntries(Object.entries(parameters).map(([name, shape]) => [velocityOf(name), shape])),
  "norm.mean": [CHANNELS],
  "norm.variance": [CHANNELS],
};

/** Where training begins. */
export function initialValues(): Record<string, Float32Array> {
  const values = (name: string, shape: Shape, index: number): Float32Array => {
    if (name === "norm.weight" || name === "norm.variance") return new Float32Array(elementCount(shape)).fill(1);
    return name.endsWith("weight")
      ? normals(shape, index).map((value) => value / 3)
      : new Float32Array(elementCount(shape));
  };
  return Object.fromEntries(
    Object.entries(heldShapes).map(([name, shape], index) => [name, values(name, shape, index)]),
  );
}

/** The same for the oracle. */
export const initialState64 = (): State64 =>
  new Map(Object.entries(initialValues()).map(([name, values]) => [name, Float64Array.from(values)]));

/** The images and targets of a step: there are two batches. */
export function batch(step: number): Record<string, Float32Array> {
  const targets = new Float32Array(IMAGES * CLASSES);
  for (let image = 0; image < IMAGES; image++) targets[image * CLASSES + image % CLASSES] = 1;
  return { images: normals([IMAGES, SIZE, SIZE, 3], 100 + step % 2), targets };
}

/** The network, as nodes. */
function network(builder: GraphBuilder, statistics: "batch" | "running") {
  const given = (name: string, shape: Shape): NodeId => builder.add("input", [], { name, shape });
  const nodes = Object.fromEntries(Object.entries(parameters).map(([name, shape]) => [name, given(name, shape)]));
  const images = given("images", [IMAGES, SIZE, SIZE, 3]), geometry = { stride: 1, padding: 1, groups: 1 };
  const y = builder.add("conv2d", [images, nodes["conv.weight"]!], geometry);
  const [mean, variance] = statistics === "batch"
    ? [builder.add("channel_mean", [y], {}), builder.add("channel_variance", [y], {})]
    : [given("norm.mean", [CHANNELS]), given("norm.variance", [CHANNELS])];
  const norm = builder.add("normalize", [y, mean, variance, nodes["norm.weight"]!, nodes["norm.bias"]!], {
    epsilon: 1e-5,
  });
  const pooled = builder.add("adaptive_average_pool", [builder.add("relu", [norm], {})], { size: 1 });
  const rows = builder.add("reshape", [pooled], { shape: [IMAGES, CHANNELS] });
  const logits = builder.add("linear", [rows, nodes["head.weight"]!, nodes["head.bias"]!], {});
  return { nodes, logits, mean, variance };
}

/** `a · scale + b · (by otherScale)`. */
function blend(builder: GraphBuilder, [a, scale]: readonly [NodeId, number], [b, other]: readonly [NodeId, number]) {
  const scaled = (id: NodeId, scale: number): NodeId => builder.add("affine", [id], { scale, shift: 0 });
  return builder.add("add", [scaled(a, scale), scaled(b, other)], {});
}

/** One step: the loss before it, and updates of everything that is held. */
export function trainingStep(): Graph {
  const builder = new GraphBuilder(), { nodes, logits, mean, variance } = network(builder, "batch");
  const targets = builder.add("input", [], { name: "targets", shape: [IMAGES, CLASSES] });
  const loss = crossEntropy(builder, { logits, targets }), names = Object.keys(parameters);
  const slopes = gradients(builder, { of: loss, withRespectTo: names.map((name) => nodes[name]!) });
  const updates = names.flatMap((name, index): Update[] => {
    const weight = nodes[name]!, slope = blend(builder, [slopes[index]!, 1], [weight, DECAY]);
    const before = builder.add("input", [], { name: velocityOf(name), shape: parameters[name]! });
    const velocity = blend(builder, [before, MOMENTUM], [slope, 1]);
    return [{ name: velocityOf(name), by: velocity }, { name, by: blend(builder, [weight, 1], [velocity, -RATE]) }];
  });
  const running = ([["norm.mean", mean], ["norm.variance", variance]] as const).map(([name, now]): Update => {
    const before = builder.add("input", [], { name, shape: [CHANNELS] });
    return { name, by: blend(builder, [before, 1 - FORGETTING], [now, FORGETTING]) };
  });
  return builder.build([loss], [...updates, ...running]);
}

/** Logits by running statistics. */
export function evaluation(): Graph {
  const builder = new GraphBuilder();
  return builder.build([network(builder, "running").logits]);
}

/** What came of some steps. */
export interface Trained<Values, State> {
  /** The losses before each step, `[1]` each. */
  readonly losses: readonly Values[];
  readonly logits: Values;
  readonly held: State;
}

/** Losses of some steps, the logits after them by another program, and what is held then. */
export async function train(
  backend: Backend,
  steps: number,
): Promise<Trained<Float32Array, Record<string, Float32Array>>> {
  using state = backend.hold(heldShapes);
  using step = backend.compile(trainingStep(), { state });
  using evaluator = backend.compile(evaluation(), { state });
  await state.write(initialValues());
  const runs = Array.from({ length: steps }, (_, index) => step.run({ feeds: batch(index) }));
  const logits = evaluator.run({ feeds: batch(0) }), held = state.read();
  return { losses: (await Promise.all(runs)).map(([loss]) => loss!), logits: (await logits)[0]!, held: await held };
}

/** The same in float64. */
export function trainOracle(steps: number): Trained<Float64Array, State64> {
  const state = initialState64(), graph = trainingStep();
  const losses = Array.from({ length: steps }, (_, index) => evaluate(graph, { state, feeds: batch(index) })[0]!);
  return { losses, logits: evaluate(evaluation(), { state, feeds: batch(0) })[0]!, held: state };
}
