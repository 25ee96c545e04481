/** Gradients of whole networks: steps of the published training against its losses (shared reference values). */
import assert from "node:assert/strict";
import {
  type Backend,
  crossEntropy,
  fillByName,
  filledInput,
  filledParameters,
  fillingRules,
  gradients,
  type Graph,
  isLearnable,
  type Parameter,
} from "@zennas/zennas";
import { openBackend } from "../../kernels/mod.ts";
import rows from "../fixtures/training.json" with { type: "json" };
import { worstError } from "../kernels/compare.ts";
import { lowered } from "../networks/networks.ts";
import { oracleBackend } from "../graph/oracle_backend.ts";

type Row = (typeof rows)[number];
type Tensors = Record<string, Float32Array>;

const MOMENTUM = 0.9, WEIGHT_DECAY = 5e-4, SMOOTHING = 0.1;

/** A network's loss and the gradients of everything that learns. */
interface TrainingGraph {
  readonly graph: Graph;
  readonly parameters: readonly Parameter[];
  readonly learnable: readonly Parameter[];
}

function trainingGraph({ structure, use_se, batch, num_classes: classes, resolution }: Row): TrainingGraph {
  const { builder, network, logits } = lowered(structure, {
    mode: "train",
    batch,
    classes,
    resolution,
    squeezeExcite: use_se,
  });
  const targets = builder.add("input", [], { name: "targets", shape: [batch, classes] });
  const loss = crossEntropy(builder, { logits, targets }), { parameters } = network;
  const withRespectTo = network.parameterNodes.filter((_, index) => isLearnable(parameters[index]!));
  const found = gradients(builder, { of: loss, withRespectTo });
  return { graph: builder.build([loss, ...found]), parameters, learnable: parameters.filter(isLearnable) };
}

/** Images and smoothed labels of a step. */
function batchOf({ batch, num_classes: classes, resolution }: Row, step: number): Tensors {
  const images = filledInput(`input${step}`, [batch, resolution, resolution, 3])[`input${step}`]!;
  const targets = new Float32Array(batch * classes).fill(SMOOTHING / classes);
  fillByName(`label${step}`, batch).forEach((value, image) => {
    const uniform = (value / Math.sqrt(3) + 1) / 2;
    targets[image * classes + Math.floor(uniform * classes)]! += 1 - SMOOTHING;
  });
  return { input: images, targets };
}

/** The first step of SGD with Nesterov momentum, on weights in place. */
function firstStep(weights: Tensors, learnable: readonly Parameter[], options: {
  readonly found: readonly Float32Array[];
  readonly rate: number;
}): void {
  learnable.forEach(({ name, role }, index) => {
    const decay = role === "conv_weight" || role === "linear_weight" ? WEIGHT_DECAY : 0;
    weights[name] = weights[name]!.map((value, at) =>
      value - options.rate * (1 + MOMENTUM) * (options.found[index]![at]! + decay * value)
    );
  });
}

/** The losses of the first batch, and of the second after one step. */
async function firstLosses(row: Row, backend: Backend): Promise<readonly [number, number]> {
  const { graph, parameters, learnable } = trainingGraph(row),
    weights = filledParameters(parameters, fillingRules.trained);
  using program = backend.compile(graph);
  const [first, ...found] = await program.run({ feeds: { ...weights, ...batchOf(row, 0) } });
  firstStep(weights, learnable, { found, rate: row.learning_rates[0]! });
  const [second] = await program.run({ feeds: { ...weights, ...batchOf(row, 1) } });
  return [first![0]!, second![0]!];
}

for (const row of rows) {
  Deno.test(`the first training step of ${row.structure} is the published one`, async () => {
    await using cpu = await openBackend("cpu", { workers: 1 });
    for (const [backend, tolerance] of [[oracleBackend, 2e-7], [cpu, 5e-5]] as const) {
      const losses = await firstLosses(row, backend);
      losses.forEach((loss, step) => {
        const expected = row.losses[step]!;
        assert.ok(Math.abs(loss / expected - 1) < tolerance, `step ${step}: ${loss}, not ${expected}`);
      });
    }
  });
}

Deno.test("gradients of a whole network on the CPU are the oracle's", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  const row = rows[0]!, { graph, parameters } = trainingGraph(row);
  const feeds = { ...filledParameters(parameters, fillingRules.trained), ...batchOf(row, 0) };
  using program = backend.compile(graph), reference = oracleBackend.compile(graph);
  const actual = await program.run({ feeds }), expected = await reference.run({ feeds });
  actual.forEach((tensor, index) => {
    // The gradient of a bias before a batch normalisation is zero but for rounding.
    const still = expected[index]!.every((value) => Math.abs(value) < 1e-12);
    assert.ok(still ? Math.max(...tensor.map(Math.abs)) < 1e-6 : worstError(tensor, expected[index]!) < 5e-5);
  });
});
