import assert from "node:assert/strict";
import {
  evaluate,
  gaussianParameters,
  type Graph,
  GraphBuilder,
  lowerStructure,
  Network,
  type NodeId,
  parseStructure,
  type Shape,
} from "@zennas/zennas";
import { openWebGpu } from "../../kernels/mod.ts";
import { planGraph } from "../../kernels/webgpu/plan.ts";
import { normals } from "./cases.ts";
import { chainGraph, randomChain } from "./chains.ts";
import { assertFusionAgrees, worstError } from "./compare.ts";
import type { Fed } from "./layers.ts";
import { webGpuTest } from "./webgpu.ts";

const limits = { bufferBytes: 2 ** 27, workgroups: 65_535, parameterAlignment: 256 };

/** Kernels of a graph's plan, in order. */
function allKernelsOf(graph: Graph): string[] {
  return planGraph(graph, { limits, precision: "f32" }).plan.dispatches.map(({ kernel }) => kernel);
}

/** Kernels of a graph's plan, in order, without what makes vectors and moves values from and to the host. */
function kernelsOf(graph: Graph): string[] {
  const beside = ["upload", "download", "gaussian", "fill", "normalizationVectors", "mergeStatistics"];
  return allKernelsOf(graph).filter((kernel) => !beside.includes(kernel));
}

webGpuTest("layers with what follows them agree with the oracle, whatever is fused", async () => {
  await using backend = await openWebGpu();
  for (let index = 0; index < 80; index++) {
    const chain = randomChain(index);
    await assertFusionAgrees(backend, (options) => chainGraph(chain, options), chain);
  }
});

Deno.test("a layer's bias, normalisation, addition, activation and statistics take one kernel of WebGPU's", () => {
  for (let index = 0; index < 80; index++) {
    const chain = randomChain(index), fused = kernelsOf(chainGraph(chain, { whole: false }).graph);
    assert.match(fused.join(), /^(convolution|depthwise)\w+$/, JSON.stringify(chain));
    const { norm, addend, activation } = chain;
    const followers = [norm, addend !== "none", activation !== undefined].filter(Boolean).length;
    const separate = kernelsOf(chainGraph(chain, { whole: true }).graph);
    const statistics = chain.statistics && followers > 0 ? 1 : 0;
    assert.equal(separate.length, 1 + followers + statistics, `${separate} of ${JSON.stringify(chain)}`);
  }
});

Deno.test("an addition on WebGPU writes over what it reads through an activation", () => {
  const builder = new GraphBuilder(), shape = [2, 4, 4, 16];
  const [x, y] = ["x", "y"].map((name) => builder.add("input", [], { name, shape })) as [NodeId, NodeId];
  const graph = builder.build([builder.add("add", [builder.add("relu", [x], {}), y], {}), y]);
  assert.deepEqual(planGraph(graph, { limits, precision: "f32" }).plan.pageBytes, [2 * 4 * 512]);
});

/** Both gradients of a convolution whose input and output's gradient are views. */
function gradientGraph({ c, o, groups }: { readonly c: number; readonly o: number; readonly groups: number }): Fed {
  const builder = new GraphBuilder(), feeds: Record<string, Float32Array> = {};
  const view = (name: string, shape: Shape): NodeId => {
    feeds[name] = normals(shape, Object.keys(feeds).length);
    const x = builder.add("input", [], { name, shape });
    const statistics = [builder.add("channel_mean", [x], {}), builder.add("channel_variance", [x], {})];
    const vectors = [2, 0.25].map((value) => builder.add("constant", [], { shape: [shape.at(-1)!], values: [value] }));
    return builder.add("swish", [builder.add("normalize", [x, ...statistics, ...vectors], { epsilon: 1e-3 })], {});
  };
  const geometry = { stride: 2, padding: 1, groups }, y = view("y", [2, 5, 6, o]), whole = view("whole", [2, 5, 6, o]);
  const weight = builder.add("gaussian", [], { shape: [o, 3, 3, c / groups], stream: 1 });
  const x = view("x", [2, 10, 11, c]), plain = builder.add("mul", [whole, whole], {});
  const ends = [
    builder.add("conv2d_input", [y, weight], { ...geometry, size: [10, 11] }),
    builder.add("conv2d_weight", [x, plain], { ...geometry, kernel: [3, 3] }),
  ];
  return { graph: builder.build(ends), run: { feeds, seed: 2 } };
}

webGpuTest("gradients of convolutions read through normalisations and activations", async () => {
  await using backend = await openWebGpu();
  for (const sizes of [{ c: 12, o: 20, groups: 1 }, { c: 6, o: 9, groups: 3 }, { c: 8, o: 8, groups: 8 }]) {
    const { graph, run } = gradientGraph(sizes), expected = evaluate(graph, run);
    assert.deepEqual(kernelsOf(graph).filter((kernel) => kernel.startsWith("view")), []);
    using program = backend.compile(graph);
    (await program.run(run)).forEach((actual, output) => {
      const error = worstError(actual, expected[output]!);
      assert.ok(error <= 5e-6, `output ${output} of ${JSON.stringify(sizes)}: error ${error}`);
    });
  }
});

const RESIDUAL = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,2)SuperResIDWE2K3(16,16,1,16,2)";

/** A network with residual links, from its images to its features. */
function networkGraph(mode: "train" | "inference" | "identity"): Graph {
  const builder = new GraphBuilder(), network = new Network({ builder, mode, parameters: gaussianParameters() });
  const input = builder.add("gaussian", [], { shape: [2, 16, 16, 3], stream: 0 });
  const options = { input, classes: 10, resolution: 16, residualLinks: true };
  const { features } = lowerStructure(parseStructure(RESIDUAL), network, options);
  return builder.build([features]);
}

Deno.test("a network's normalisations, additions and activations take no kernels of their own on WebGPU", () => {
  for (const mode of ["inference", "identity"] as const) {
    const kernels = kernelsOf(networkGraph(mode)).filter((kernel) => !/^(convolution|depthwise)/.test(kernel));
    // The projections of residual links pool on average.
    assert.ok(kernels.every((kernel) => kernel.startsWith("averagePool")), `${mode}: ${kernels}`);
  }
  // Batch statistics are known when a convolution is done: additions read through normalisations, the features are written.
  const own = kernelsOf(networkGraph("train")).filter((kernel) => !/^(convolution|depthwise|averagePool)/.test(kernel));
  const { add4 = 0, view4 = 0, ...others } = Object.fromEntries(
    Object.entries(Object.groupBy(own, (kernel) => kernel)).map(([kernel, all]) => [kernel, all!.length]),
  );
  assert.deepEqual(others, {});
  assert.ok(add4 > 0 && view4 <= 1, `${own}`);
});

/** A tensor normalised by statistics of its own, or of another tensor of as many channels; all statistics are outputs. */
function normalisedBy({ mean, variance }: { readonly mean: 0 | 1; readonly variance: 0 | 1 }): Fed {
  const builder = new GraphBuilder(), shape = [2, 4, 4, 8], feeds: Record<string, Float32Array> = {};
  const tensors = ["x", "other"].map((name, index) => {
    feeds[name] = normals(shape, index).map((value) => value * (1 + 2 * index) + index);
    return builder.add("input", [], { name, shape });
  });
  const means = tensors.map((id) => builder.add("channel_mean", [id], {}));
  const variances = tensors.map((id) => builder.add("channel_variance", [id], {}));
  const vectors = [1, 0].map((value) => builder.add("constant", [], { shape: [8], values: [value] }));
  const inputs = [tensors[0]!, means[mean]!, variances[variance]!, ...vectors];
  const normal = builder.add("normalize", inputs, { epsilon: 1e-3 });
  return { graph: builder.build([normal, ...means, ...variances]), run: { feeds } };
}

const statisticsOf = [0, 1].flatMap((mean) =>
  [0, 1].map((variance) => ({ mean, variance }) as { mean: 0 | 1; variance: 0 | 1 })
);

Deno.test("vectors of a normalisation come with its tensor's statistics only where both are its own", () => {
  const ownKernels = statisticsOf.map((of) =>
    allKernelsOf(normalisedBy(of).graph).filter((kernel) => kernel === "normalizationVectors").length
  );
  assert.deepEqual(ownKernels, [0, 1, 1, 1]);
});

webGpuTest("a tensor is normalised by the statistics that it is given", async () => {
  await using backend = await openWebGpu();
  for (const of of statisticsOf) {
    const { graph, run } = normalisedBy(of), expected = evaluate(graph, run);
    using program = backend.compile(graph);
    (await program.run(run)).forEach((actual, output) => {
      assert.ok(worstError(actual, expected[output]!) <= 5e-6, `output ${output} of ${JSON.stringify(of)}`);
    });
  }
});

Deno.test("a network in training draws all weights at once on WebGPU, and takes two kernels a convolution", () => {
  const kernels = Object.groupBy(
    allKernelsOf(networkGraph("train")),
    (kernel) => kernel.replace(/(conv|depth).*/, "layer"),
  );
  assert.equal(kernels.gaussian!.length, 1);
  assert.equal(kernels.mergeStatistics!.length, kernels.layer!.length);
  assert.equal(kernels.normalizationVectors, undefined);
});
