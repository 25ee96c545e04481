import assert from "node:assert/strict";
import {
  evaluate,
  fedParameters,
  filledInput,
  filledParameters,
  fillingRules,
  gaussianParameters,
  type Graph,
  GraphBuilder,
  Network,
  type NodeId,
  type Parameter,
} from "../../core/mod.ts";
import { openCpu } from "../../kernels/mod.ts";
import { worstError } from "./compare.ts";

/** A small residual network with a gate, a grouped and a depthwise convolution, two branches and a classifier. */
function addNetwork(network: Network, x: NodeId): NodeId {
  const { builder } = network;
  const block = (input: NodeId, name: string, options: Parameters<Network["convolution"]>[2]): NodeId =>
    network.batchNorm(network.convolution(input, `${name}.conv`, options), `${name}.bn`, { epsilon: 1e-3 });
  const stem = network.relu(block(x, "stem", { channels: 12, kernel: 3 }));
  const deep = builder.add("swish", [block(stem, "deep", { channels: 12, kernel: 5, stride: 2, groups: 12 })], {});
  const pooled = builder.add("adaptive_average_pool", [deep], { size: 1 });
  const gate = builder.add(
    "sigmoid",
    [network.convolution(pooled, "gate", { channels: 12, kernel: 1, bias: true })],
    {},
  );
  const gated = block(builder.add("mul", [deep, gate], {}), "gated", { channels: 20, kernel: 3, groups: 4 });
  const side = block(stem, "side", { channels: 20, kernel: 1, stride: 2, bias: true });
  const sum = network.relu(builder.add("add", [gated, side], {}));
  const joined = builder.add("concat", [sum, builder.add("max_pool", [sum], { kernel: 3, stride: 1, padding: 1 })], {});
  const features = builder.add(
    "flatten",
    [builder.add("average_pool", [joined], { kernel: 2, stride: 2, padding: 0 })],
    {},
  );
  return network.linear(features, "fc", { outputs: 10, bias: true });
}

interface Built {
  readonly graph: Graph;
  readonly parameters: readonly Parameter[];
}

function build(mode: "train" | "inference"): Built {
  const builder = new GraphBuilder();
  const network = new Network({ builder, mode, parameters: fedParameters() });
  const x = builder.add("input", [], { name: "input", shape: [3, 9, 9, 3] });
  return { graph: builder.build([addNetwork(network, x)]), parameters: network.parameters };
}

for (const mode of ["train", "inference"] as const) {
  Deno.test(`a network in ${mode} mode agrees with the oracle`, async () => {
    const { graph, parameters } = build(mode);
    const feeds = { ...filledParameters(parameters, fillingRules.trained), ...filledInput("input", [3, 9, 9, 3]) };
    await using backend = await openCpu({ workers: 1 });
    using program = backend.compile(graph);
    const [actual] = await program.run({ feeds }), [expected] = evaluate(graph, { feeds });
    assert.ok(worstError(actual!, expected!) < 1e-5, `${worstError(actual!, expected!)}`);
  });
}

Deno.test("any worker gives the same bits, in any company", async () => {
  const builder = new GraphBuilder();
  const network = new Network({ builder, mode: "train", parameters: gaussianParameters() });
  const x = builder.add("gaussian", [], { shape: [4, 16, 16, 3], stream: 0 });
  const graph = builder.build([addNetwork(network, x)]);
  const scores = async (workers: number): Promise<string[]> => {
    await using backend = await openCpu({ workers });
    using program = backend.compile(graph);
    const runs = Array.from({ length: 12 }, (_, draw) => program.run({ seed: 5, draw }));
    return (await Promise.all(runs)).map(([logits]) => new Uint32Array(logits!.buffer).join());
  };
  const one = await scores(1);
  assert.equal(new Set(one).size, 12);
  assert.deepEqual(await scores(2), one);
});
