/** Optimisers against PyTorch's, over 100 steps of a small problem (fixture: values after steps 1, 10 and 100). */
import assert from "node:assert/strict";
import {
  type Backend,
  evaluate,
  fillByName,
  type Graph,
  GraphBuilder,
  type NodeId,
  optimiserNames,
  optimiserOf,
  optimisers,
  type OptimiserSettings,
} from "@zennas/zennas";
import { openBackend } from "../../kernels/mod.ts";
import golden from "../fixtures/optimisers.json" with { type: "json" };

type Case = (typeof golden.updates)[number];
type Tensors = Record<string, Float64Array>;

const tensors = Object.entries(golden.shapes);

/** One step of all tensors, and the names of what its outputs replace. */
interface StepGraph {
  readonly graph: Graph;
  readonly replaces: readonly string[];
}

/** The gradient is half the parameter plus what is fed, so that errors would grow from step to step. */
function stepGraph(settings: OptimiserSettings, weightDecay: number): StepGraph {
  const builder = new GraphBuilder(), optimiser = optimiserOf(settings), replaced: [string, NodeId][] = [];
  const input = (name: string, size = 1): NodeId => builder.add("input", [], { name, shape: [size] });
  const named = (names: readonly string[], node: (name: string) => NodeId) =>
    Object.fromEntries(names.map((name) => [name, node(name)]));
  const learningRate = input("rate"), scalars = named(Object.keys(optimiser.scalars(1)), (name) => input(name));
  for (const [name, size] of tensors) {
    const parameter = input(name, size), half = builder.add("affine", [parameter], { scale: 0.5, shift: 0 });
    const gradient = builder.add("add", [half, input(`gradient.${name}`, size)], {});
    const slots = named(optimiser.slots, (slot) => input(`${slot}.${name}`, size));
    const updated = optimiser.update({ builder, parameter, gradient, slots, learningRate, scalars, weightDecay });
    replaced.push([name, updated.parameter]);
    for (const slot of optimiser.slots) replaced.push([`${slot}.${name}`, updated.slots[slot]!]);
  }
  return { graph: builder.build(replaced.map(([, node]) => node)), replaces: replaced.map(([name]) => name) };
}

function begin(settings: OptimiserSettings): Tensors {
  const values: Tensors = {};
  for (const [name, size] of tensors) {
    values[name] = Float64Array.from(fillByName(name, size));
    for (const slot of optimiserOf(settings).slots) values[`${slot}.${name}`] = new Float64Array(size);
  }
  return values;
}

function feedsOf(settings: OptimiserSettings, { base, step }: { base: number; step: number }): Tensors {
  const feeds: Tensors = { rate: Float64Array.of(base * (1 - step / 200)) };
  for (const [name, value] of Object.entries(optimiserOf(settings).scalars(step))) feeds[name] = Float64Array.of(value);
  for (const [name, size] of tensors) {
    feeds[`gradient.${name}`] = Float64Array.from(fillByName(`gradient${step}.${name}`, size));
  }
  return feeds;
}

type Run = (feeds: Tensors) => Promise<readonly ArrayLike<number>[]>;

/** The largest error at the fixture's steps up to the last, relative to the largest value. */
async function worst({ learning_rate: base, values }: Case, settings: OptimiserSettings, options: {
  readonly replaces: readonly string[];
  readonly run: Run;
  readonly last: number;
}): Promise<number> {
  let held = begin(settings), error = 0;
  for (let step = 1; step <= options.last; step++) {
    const outputs = await options.run({ ...held, ...feedsOf(settings, { base, step }) });
    held = Object.fromEntries(options.replaces.map((name, index) => [name, Float64Array.from(outputs[index]!)]));
    const expected = (values as unknown as Record<string, Record<string, number[]>>)[step];
    for (const [name, numbers] of Object.entries(expected ?? {})) {
      const largest = Math.max(...numbers.map(Math.abs));
      numbers.forEach((value, index) => error = Math.max(error, Math.abs(held[name]![index]! - value) / largest));
    }
  }
  return error;
}

const settingsOf = ({ optimiser, settings }: Case): OptimiserSettings =>
  ({
    ...(optimisers as Record<string, { defaults: object }>)[optimiser]!.defaults,
    name: optimiser,
    ...settings,
  }) as OptimiserSettings;

/** The oracle takes feeds as they are, in float64 too. */
const inFloat64 = (graph: Graph): Run => (feeds) =>
  Promise.resolve(evaluate(graph, { feeds: feeds as unknown as Record<string, Float32Array> }));

function onBackend(graph: Graph, backend: Backend): Run & Disposable {
  const program = backend.compile(graph);
  const run: Run = (feeds) =>
    program.run({
      feeds: Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, Float32Array.from(values)])),
    });
  return Object.assign(run, { [Symbol.dispose]: () => program[Symbol.dispose]() });
}

const title = ({ optimiser, settings, weight_decay }: Case): string =>
  `${optimiser} ${JSON.stringify(settings)}, weight decay ${weight_decay}`;

Deno.test(`100 steps of every optimiser are those of ${golden.made_with}`, async (test) => {
  for (const row of golden.updates) {
    await test.step(title(row), async () => {
      const settings = settingsOf(row), { graph, replaces } = stepGraph(settings, row.weight_decay);
      const error = await worst(row, settings, { replaces, run: inFloat64(graph), last: 100 });
      assert.ok(error < 1e-12, `${error}`);
    });
  }
});

Deno.test("ten steps of every optimiser on the CPU are PyTorch's but for rounding", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  const decaying = golden.updates.filter(({ weight_decay }) => weight_decay > 0);
  for (const name of optimiserNames) {
    const row = decaying.findLast(({ optimiser }) => optimiser === name)!;
    const settings = settingsOf(row), { graph, replaces } = stepGraph(settings, row.weight_decay);
    using run = onBackend(graph, backend);
    const error = await worst(row, settings, { replaces, run, last: 10 });
    assert.ok(error < 2e-6, `${title(row)}: ${error}`);
  }
});

Deno.test("the fixture has every optimiser, with and without weight decay", () => {
  for (const name of optimiserNames) {
    const rows = golden.updates.filter(({ optimiser }) => optimiser === name);
    assert.ok(rows.some(({ weight_decay }) => weight_decay === 0) && rows.some(({ weight_decay }) => weight_decay > 0));
  }
});

Deno.test("hyper-parameters that there are not, or that are out of range, are named", () => {
  const refused = (settings: unknown, message: RegExp) =>
    assert.throws(() => optimiserOf(settings as OptimiserSettings), { name: "RangeError", message });
  refused({ name: "adm" }, /none of sgd, adam, adamw, rmsprop, adadelta: got adm \(did you mean adam\?\)/);
  refused({ name: "toString" }, /none of/);
  refused({ name: "sgd", beta1: 0.9 }, /Cannot tell sgd its beta1 as it takes momentum, nesterov/);
  refused({ name: "sgd", momentum: 1 }, /its momentum is a number from 0 to below 1: got 1/);
  refused({ name: "sgd", nesterov: 1 }, /its nesterov is true or false: got 1/);
  refused({ name: "adam", beta1: -0.1 }, /its beta1/);
  refused({ name: "adamw", beta2: NaN }, /its beta2/);
  refused({ name: "rmsprop", epsilon: 0 }, /its epsilon is a positive number: got 0/);
  refused({ name: "adadelta", rho: "0.9" }, /its rho/);
  refused({ name: "sgd", momentum: 0, nesterov: true }, /nesterov as that needs momentum/);
});
