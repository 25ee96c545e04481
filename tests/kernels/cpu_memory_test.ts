/** The arena of forward and backward passes beside the estimate from the graph alone. */
import assert from "node:assert/strict";
import {
  crossEntropy,
  gaussianParameters,
  gradients,
  type Graph,
  GraphBuilder,
  isLearnable,
  lowerStructure,
  Network,
  type NodeId,
  parseStructure,
  peakActivationBytes,
} from "@zennas/zennas";
import { cpuFusion } from "../../kernels/cpu/views.ts";
import { planFusion } from "../../kernels/lowering/fusion.ts";
import { Machine } from "../../kernels/cpu/machine.ts";
import { compileModule } from "../../kernels/cpu/module.ts";

const STRUCTURE = "SuperConvK3BNRELU(3,16,1,1)SuperResK1K5K1(16,40,1,24,2)SuperResIDWE4K3(40,24,2,16,1)" +
  "SuperResK3K3(24,64,2,32,1)SuperConvK1BNRELU(64,128,1,1)";

interface Passes {
  readonly input: NodeId;
  readonly forward: Graph;
  /** The squared norms of all gradients. */
  readonly backward: Graph;
}

function passes(squeezeExcite: boolean): Passes {
  const builder = new GraphBuilder(), classes = 10, resolution = 32;
  const network = new Network({ builder, mode: "train", parameters: gaussianParameters() });
  const input = builder.add("gaussian", [], { shape: [16, resolution, resolution, 3], stream: 0 });
  const options = { input, classes, resolution, squeezeExcite };
  const { logits } = lowerStructure(parseStructure(STRUCTURE), network, options);
  const targets = builder.add("constant", [], { shape: [16, classes], values: [1 / classes] });
  const loss = crossEntropy(builder, { logits, targets });
  const withRespectTo = network.parameterNodes.filter((_, index) => isLearnable(network.parameters[index]!));
  const squares = gradients(builder, { of: loss, withRespectTo })
    .map((gradient) => builder.add("sum", [builder.add("mul", [gradient, gradient], {})], {}));
  return { input, forward: builder.build([loss]), backward: builder.build(squares) };
}

/** The estimate, given what the backend computes as it is read. */
function estimate(graph: Graph, input: NodeId): number {
  const views = [...planFusion(graph, cpuFusion).views].map(([id, { source }]) => [id, source] as const);
  return peakActivationBytes(graph, new Set([input]), new Map(views));
}

Deno.test("the arena of forward and backward passes is what the graph's liveness says", async () => {
  const machine = new Machine(await compileModule());
  for (const squeezeExcite of [false, true]) {
    const { input, forward, backward } = passes(squeezeExcite);
    for (const graph of [forward, backward]) {
      const first = graph.nodes.findIndex((node) => node.op === "gaussian" && node.shape[0] === 16);
      assert.equal(first, input);
      // Beside activations there are weights, packed weights, a band of input, and the module's own data.
      const arena = machine.compile(graph).endBytes, needed = estimate(graph, input);
      assert.ok(arena >= needed && arena < 1.1 * needed + 2 ** 19, `${arena} bytes for ${needed}`);
    }
  }
});
