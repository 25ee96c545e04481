/**
 * A training step (forward, gradients, update) of one network on one worker, on several, and on one that cuts nothing.
 * Steps alternate, and the quickest of each counts, so that other work on the machine disturbs all alike.
 *
 * `deno task bench:wide [workers] [rounds] [batch]`
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { filledParameters, fillingRules } from "../core/networks/mod.ts";
import {
  crossEntropy,
  fedParameters,
  gradients,
  type Graph,
  GraphBuilder,
  isLearnable,
  lowerStructure,
  Network,
  type Parameter,
  parseStructure,
} from "../core/mod.ts";
import { zooEntry } from "../core/networks/zoo/mod.ts";
import { type CpuBackend, openCpu } from "../kernels/mod.ts";
import { RESOLUTION } from "./networks.ts";

const NETWORK = "zennet_cifar10_model_size1M_res32";
const CLASSES = 10;

interface Step {
  /** Replaces every learnable parameter w by w − 0.01·gradient. Its output is the loss. */
  readonly step: Graph;
  /** The same gradients as outputs. */
  readonly outputs: Graph;
  readonly parameters: readonly Parameter[];
}

function trainingStep(batch: number): Step {
  const builder = new GraphBuilder();
  const network = new Network({ builder, mode: "train", parameters: fedParameters() });
  const input = builder.add("input", [], { name: "images", shape: [batch, RESOLUTION, RESOLUTION, 3] });
  const options = { input, classes: CLASSES, resolution: RESOLUTION, squeezeExcite: false };
  const { logits } = lowerStructure(parseStructure(zooEntry(NETWORK).structure), network, options);
  const targets = builder.add("constant", [], { shape: [batch, CLASSES], values: [1 / CLASSES] });
  const loss = crossEntropy(builder, { logits, targets });
  const learned = network.parameters.flatMap((parameter, index) => isLearnable(parameter) ? [index] : []);
  const nodes = learned.map((index) => network.parameterNodes[index]!);
  const by = gradients(builder, { of: loss, withRespectTo: nodes });
  const updates = by.map((gradient, at) => ({
    name: network.parameters[learned[at]!]!.name,
    by: builder.add("add", [nodes[at]!, builder.add("affine", [gradient], { scale: -0.01, shift: 0 })], {}),
  }));
  return {
    step: builder.build([loss], updates),
    outputs: builder.build([loss, ...by]),
    parameters: network.parameters,
  };
}

/** Milliseconds of steps on a backend, and the loss after the latest. */
interface Runner {
  readonly run: () => Promise<number>;
  readonly times: number[];
  loss: number;
}

/** Takes a step, and the time. */
async function sample(runner: Runner): Promise<void> {
  const start = performance.now();
  runner.loss = await runner.run();
  runner.times.push(performance.now() - start);
}

async function held(backend: CpuBackend, { step, parameters }: Step, images: Float32Array): Promise<Runner> {
  const state = backend.hold(Object.fromEntries(parameters.map(({ name, shape }) => [name, shape])));
  await state.write(filledParameters(parameters, fillingRules.trained));
  const program = backend.compile(step, { state });
  return { run: async () => (await program.run({ feeds: { images } }))[0]![0]!, times: [], loss: NaN };
}

function whole(backend: CpuBackend, { outputs, parameters }: Step, images: Float32Array): Runner {
  const feeds = { ...filledParameters(parameters, fillingRules.trained), images };
  const program = backend.compile(outputs);
  return { run: async () => (await program.run({ feeds }))[0]![0]!, times: [], loss: NaN };
}

async function main([workers = 2, rounds = 5, batch = 64]: readonly number[]): Promise<void> {
  const step = trainingStep(batch);
  const images = Float32Array.from({ length: batch * RESOLUTION ** 2 * 3 }, (_, index) => Math.sin(index));
  await using one = await openCpu({ workers: 1 });
  await using many = await openCpu({ workers });
  const runners = [whole(one, step, images), await held(one, step, images), await held(many, step, images)];
  for (let round = 0; round <= rounds; round++) for (const runner of runners) await sample(runner);
  const [uncut, single, several] = runners.map(({ times }) => Math.min(...times.slice(1))) as [number, number, number];
  if (runners[1]!.loss !== runners[2]!.loss) throw new Error("Cannot compare as the losses differ");
  console.log(`${NETWORK}, batch ${batch}, quickest of ${rounds} alternating steps`);
  console.log(`one worker, nothing cut: ${uncut.toFixed(1)} ms`);
  console.log(`one worker:              ${single.toFixed(1)} ms, ${(single / uncut).toFixed(3)} × that`);
  console.log(`${workers} workers:               ${several.toFixed(1)} ms, ${(single / several).toFixed(2)} × as fast`);
}

await main(Deno.args.map(Number));
