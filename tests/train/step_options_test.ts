/** What each option of a training step does, and what is refused. */
import assert from "node:assert/strict";
import {
  type Backend,
  crossEntropy,
  decays,
  filledParameters,
  fillingRules,
  IMAGE,
  initialValues,
  type NetworkForm,
  networkNamed,
  parseStructure,
  structureDesign,
  TARGETS,
  type TrainingGraphs,
  trainingGraphs,
  type TrainingOptions,
} from "@zennas/zennas";
import { openBackend } from "../../kernels/mod.ts";
import stateDicts from "../fixtures/state_dict.json" with { type: "json" };
import { oracleBackend } from "../graph/oracle_backend.ts";
import { everyRow } from "../scale.ts";
import { batchOf } from "./training_case.ts";

type Tensors = Record<string, Float32Array>;

const plain = { optimiser: { name: "sgd", momentum: 0, nesterov: false } } as const;
const network = "SuperConvK3BNRELU(3,4,2,1)SuperResK3K3(4,6,2,4,1)";

const design = (form: Partial<NetworkForm> = {}) =>
  structureDesign(parseStructure(network), { classes: 3, resolution: 8, ...form });

const graphsOf = (options: Partial<TrainingOptions> = {}, form: Partial<NetworkForm> = {}): TrainingGraphs =>
  trainingGraphs(design(form), { batch: 4, ...plain, ...options });

/** Images `from` to `from + count` of a batch of 8. */
function images(count: number, from = 0): Tensors {
  const all = batchOf({ batch: 8, num_classes: 3, resolution: 8 }, 0),
    part = (values: Float32Array) => {
      const size = values.length / 8;
      return values.subarray(from * size, (from + count) * size);
    };
  return { [IMAGE]: part(all[IMAGE]!), [TARGETS]: part(all[TARGETS]!) };
}

/** What is held before the first run and after each. */
async function states(graphs: TrainingGraphs, runs: readonly Tensors[], backend: Backend = oracleBackend) {
  using state = backend.hold(graphs.held);
  await state.write(
    graphs.beginning(filledParameters([...graphs.parameters, ...graphs.lossParameters], fillingRules.trained)),
  );
  using last = backend.compile(graphs.step, { state });
  using before = backend.compile(graphs.accumulate ?? graphs.step, { state });
  const seen = [await state.read()], losses: number[] = [];
  for (const [index, batch] of runs.entries()) {
    const program = graphs.accumulate && index < runs.length - 1 ? before : last;
    const [loss, logits] = await program.run({ feeds: { ...batch, ...graphs.scalars(index + 1, 0.5) } });
    assert.ok(loss!.length === 1 && logits!.length === batch[TARGETS]!.length);
    losses.push(loss![0]!);
    seen.push(await state.read());
  }
  return { seen, losses, learnt: graphs.parameters.filter(({ role }) => !role.startsWith("running")) };
}

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, within = 2e-7): void {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(...Array.from(expected, Math.abs), 1e-3);
  Array.from(actual).forEach((value, at) => {
    assert.ok(Math.abs(value - expected[at]!) <= within * largest, `${value}, not ${expected[at]}`);
  });
}

Deno.test("gradients of micro-batches add up to those of the whole batch, and begin anew", async () => {
  const form = { batchNorm: false };
  const whole = await states(graphsOf({ batch: 8 }, form), [images(8)]);
  const graphs = graphsOf({ batch: 4, accumulate: 2 }, form);
  const { seen, learnt, losses } = await states(graphs, [images(4), images(4, 4)]);
  assertNear([(losses[0]! + losses[1]!) / 2], whole.losses);
  for (const { name } of learnt) {
    assert.deepEqual(seen[1]![name], seen[0]![name]);
    assertNear(seen[2]![name]!, whole.seen[1]![name]!);
    assert.ok(seen[1]![`accumulated/${name}`]!.some((value) => value !== 0));
    assert.ok(seen[2]![`accumulated/${name}`]!.every((value) => value === 0));
  }
  assert.notDeepEqual(seen[2]![learnt[0]!.name], seen[1]![learnt[0]!.name]);
});

Deno.test("every micro-batch moves running statistics, by the unbiased variance", async () => {
  const graphs = graphsOf({ accumulate: 2, normMomentum: 0.25 });
  const { seen } = await states(graphs, [images(4), images(4)]);
  const name = "module_list.0.module_list.1.netblock.running_var";
  // The same batch twice: r₁ = ¾r₀ + ¼v and r₂ = ¾r₁ + ¼v.
  const [r0, r1, r2] = seen.map((held) => held[name]!);
  assertNear(r2!, r1!.map((value, at) => value + 0.75 * (value - r0![at]!)));
  assert.notDeepEqual(r1, r0);
});

Deno.test("averages follow parameters and statistics after each step", async () => {
  const graphs = graphsOf({ average: 0.75 }), { seen } = await states(graphs, [images(4), images(4, 4)]);
  for (const { name } of graphs.parameters) {
    const average = `average/${name}`;
    assert.deepEqual(seen[0]![average], seen[0]![name]);
    for (const [before, after] of [[seen[0]!, seen[1]!], [seen[1]!, seen[2]!]] as const) {
      assertNear(after[average]!, before[average]!.map((value, at) => 0.75 * value + 0.25 * after[name]![at]!));
    }
  }
});

Deno.test("the gradient is clipped without weight decay, which only weights of layers have", async () => {
  const rate = 0.5, weightDecay = 0.25, limit = 0.125;
  const { seen: [before, after], learnt } = await states(
    graphsOf({ weightDecay, clipping: { norm: limit } }),
    [images(4)],
  );
  let squares = 0;
  for (const { name, role } of learnt) {
    const decay = /^(conv|linear)_weight$/.test(role) ? weightDecay : 0;
    before![name]!.forEach((value, at) => squares += ((value - after![name]![at]!) / rate - decay * value) ** 2);
  }
  assertNear([Math.sqrt(squares)], [limit], 1e-5);
});

Deno.test("the numbers of a step reach the optimiser: Adam's first step is as long as the learning rate", async () => {
  const graphs = graphsOf({ optimiser: { name: "adam" } }), name = "fc_linear.netblock.weight";
  const { seen: [before, after] } = await states(graphs, [images(4)]);
  assertNear(
    before![name]!.map((value, at) => Math.abs(value - after![name]![at]!)),
    before![name]!.map(() => 0.5),
    1e-5,
  );
});

Deno.test("slots are held under the names of optimiser and parameter, in the parameter's shape", () => {
  const { held, parameters } = graphsOf({ optimiser: { name: "rmsprop" } });
  const slots = Object.keys(held).filter((name) => name.startsWith("optimiser/"));
  const learnt = parameters.filter(({ role }) => !role.startsWith("running"));
  const expected = ["square_avg", "momentum_buffer"].flatMap((slot) =>
    learnt.map(({ name }) => `optimiser/${slot}/${name}`)
  );
  assert.deepEqual(slots.toSorted(), expected.toSorted());
  for (const { name, shape } of learnt) assert.deepEqual(held[`optimiser/square_avg/${name}`], shape);
});

Deno.test("the epsilon of normalisations is the design's unless told", async () => {
  const losses = async (normEpsilon?: number) =>
    (await states(graphsOf(normEpsilon === undefined ? {} : { normEpsilon }), [images(4)])).losses;
  assert.deepEqual(await losses(), await losses(1e-3));
  assert.notDeepEqual(await losses(), await losses(1e-5));
});

Deno.test("smoothed targets are those smoothed before they are fed", async () => {
  const batch = images(4), smoothed = batch[TARGETS]!.map((value) => value * 0.75 + 0.25 / 3);
  const { losses } = await states(graphsOf({ smoothing: 0.25 }), [batch]);
  assertNear(losses, (await states(graphsOf(), [{ ...batch, [TARGETS]: smoothed }])).losses);
});

Deno.test("parameters that a loss adds are trained", async () => {
  const loss: TrainingOptions["loss"] = ({ network, logits, targets }) => {
    const projected = network.linear(logits, "projection", { outputs: 3, bias: false });
    return crossEntropy(network.builder, { logits: projected, targets });
  };
  const { seen } = await states(graphsOf({ loss }), [images(4)]);
  assert.notDeepEqual(seen[1]!["projection.weight"], seen[0]!["projection.weight"]);
});

Deno.test("parameters have the names of a checkpoint, in its order, and all of them are held", () => {
  for (const [name, entries] of Object.entries(stateDicts)) {
    const graphs = trainingGraphs(networkNamed(name).design(), { batch: 2, ...plain });
    const names = entries.map(([entry]) => entry as string).filter((entry) => !entry.endsWith("num_batches_tracked"));
    assert.deepEqual(graphs.parameters.map((parameter) => parameter.name), names);
    for (const parameter of graphs.parameters) assert.deepEqual(graphs.held[parameter.name], parameter.shape);
    assert.deepEqual(Object.keys(graphs.held).toSorted(), names.toSorted());
    if (!everyRow) return;
  }
});

Deno.test("ResNet-20 learns a batch on the CPU", async () => {
  await using cpu = await openBackend("cpu", { workers: 1 });
  const model = networkNamed("cifar_resnet20").design(),
    batch = batchOf({ batch: 4, num_classes: 10, resolution: 32 }, 0);
  for (const name of ["sgd", "adam"] as const) {
    const graphs = trainingGraphs(model, { batch: 4, optimiser: { name }, clipping: { value: 1 } });
    const backend = cpu;
    using state = backend.hold(graphs.held);
    await state.write(graphs.beginning(initialValues(graphs, { name: "custom", seed: 1 })));
    using program = backend.compile(graphs.step, { state });
    const losses: number[] = [];
    for (let index = 1; index <= 3; index++) {
      losses.push((await program.run({ feeds: { ...batch, ...graphs.scalars(index, 0.01) } }))[0]![0]!);
    }
    assert.ok(losses[2]! < losses[0]! && losses.every(Number.isFinite), losses.join());
  }
});

Deno.test("weights of convolutions and linear layers decay, nothing else", () => {
  const roles = ["conv_weight", "linear_weight", "bias", "norm_weight", "norm_bias"] as const;
  assert.deepEqual(roles.filter((role) => decays({ role })), ["conv_weight", "linear_weight"]);
});

Deno.test("a normalisation over one value and options out of range are refused", () => {
  const refused = (options: Partial<TrainingOptions>, message: RegExp) =>
    assert.throws(() => graphsOf(options, { squeezeExcite: true }), { name: "RangeError", message });
  refused({ batch: 1 }, /Cannot train .*netblock\.2 as it normalises by the values of a channel: got one value/);
  refused({ batch: 0 }, /batch must be a positive integer: got 0/);
  refused({ accumulate: 1.5 }, /accumulate must be a positive integer/);
  refused({ weightDecay: -1 }, /weightDecay must be at least 0/);
  refused({ smoothing: 1 }, /smoothing must be from 0 to below 1/);
  refused({ average: 1 }, /average must/);
  refused({ normMomentum: 0 }, /normMomentum must be above 0/);
  refused({ normEpsilon: 0 }, /normEpsilon must be positive/);
  assert.throws(() => graphsOf().beginning({}), { name: "RangeError", message: /got none for module_list.0/ });
});
