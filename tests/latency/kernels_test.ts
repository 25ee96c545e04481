import assert from "node:assert/strict";
import {
  type GraphBuilder,
  kernelOf,
  kernelsOf,
  type KernelUse,
  nasBench201,
  type Network,
  type NetworkDesign,
  networkNamed,
  type NodeId,
  parseStructure,
  type RuntimeName,
  structureDesign,
} from "@zennas/zennas";

/** Kernels as short texts: kind, window, addends, activation, number. */
function told(kernels: readonly KernelUse[]): string[] {
  return kernels.map(({ kernel: { kind, window, stride, addends, activation }, count }) =>
    `${count} ${kind} k${window}s${stride} +${addends} ${activation}`
  );
}

/** A design that is built by a function. */
function designOf(build: (network: Network, input: NodeId) => NodeId): NetworkDesign {
  return {
    text: "built",
    resolution: 8,
    classes: 3,
    lower: (network, input) => ({ logits: build(network, input), features: input, blocks: [] }),
    cost: () => ({ parameters: 0, macs: 0, layers: 0 }),
  };
}

const built = (
  runtime: RuntimeName,
  build: (network: Network, input: NodeId, builder: GraphBuilder) => NodeId,
): string[] =>
  told(kernelsOf(designOf((network, input) => build(network, input, network.builder)), { runtime }).kernels);

const norm = { epsilon: 1e-5 };

const residual = (network: Network, input: NodeId, builder: GraphBuilder): NodeId => {
  const x = network.relu(network.batchNorm(network.convolution(input, "a", { channels: 4, kernel: 3 }), "na", norm));
  const y = network.batchNorm(network.convolution(x, "b", { channels: 4, kernel: 3 }), "nb", norm);
  return network.relu(builder.add("add", [y, x], {}));
};

Deno.test("additions and activations are fused as the runtime fuses them", () => {
  assert.deepEqual(built("zennas", residual), ["1 convolution k3s1 +0 relu", "1 convolution k3s1 +1 relu"]);
  assert.deepEqual(built("tflite", residual), [
    "1 convolution k3s1 +0 relu",
    "1 convolution k3s1 +0 none",
    "1 elementwise k1s1 +1 relu",
  ]);
});

Deno.test("an activation that reads what others read too is computed as it is loaded, or is a kernel", () => {
  const build = (network: Network, input: NodeId, builder: GraphBuilder): NodeId => {
    const x = network.convolution(input, "a", { channels: 4, kernel: 3 });
    const y = network.convolution(network.relu(x), "b", { channels: 4, kernel: 1 });
    return builder.add("concat", [x, y], {});
  };
  const layers = ["1 convolution k3s1 +0 none", "1 convolution k1s1 +0 none"], concat = "1 layout k1s1 +0 none";
  assert.deepEqual(built("zennas", build), [...layers, concat]);
  assert.deepEqual(built("tflite", build), [layers[0], "1 elementwise k1s1 +0 none", layers[1], concat]);
});

Deno.test("an addition behind an activation is a kernel, as layers add before they activate", () => {
  const build = (network: Network, input: NodeId, builder: GraphBuilder): NodeId => {
    const x = network.convolution(input, "a", { channels: 4, kernel: 3, stride: 2 });
    const y = network.relu(network.convolution(x, "b", { channels: 4, kernel: 3 }));
    return builder.add("add", [y, builder.add("max_pool", [x], { kernel: 3, stride: 1, padding: 1 })], {});
  };
  assert.deepEqual(built("zennas", build).at(-1), "1 elementwise k1s1 +1 none");
});

Deno.test("what depends on parameters alone is no kernel", () => {
  const build = (_: Network, input: NodeId, builder: GraphBuilder): NodeId => {
    const weight = builder.add("input", [], { name: "w", shape: [4, 3, 3, 3] });
    const scaled = builder.add("affine", [weight], { scale: 2, shift: 0 });
    return builder.add("conv2d", [input, scaled], { stride: 2, padding: 1, groups: 1 });
  };
  assert.deepEqual(built("zennas", build), ["1 convolution k3s2 +0 none"]);
});

Deno.test("kernels of a network have all its multiply-adds, whatever is fused", () => {
  for (const name of ["cifar_resnet20", "mobilenet_v3_small"]) {
    const design = networkNamed(name).design(), { macs } = design.cost();
    for (const runtime of ["zennas", "tflite"] as const) {
      const { kernels } = kernelsOf(design, { batch: 2, runtime });
      assert.equal(
        kernels.reduce((sum, { kernel, count }) => sum + count * kernel.macs, 0),
        2 * macs,
        `${name} ${runtime}`,
      );
      assert.equal(new Set(kernels.map(({ kernel }) => kernel.key)).size, kernels.length);
    }
  }
});

Deno.test("depthwise convolutions, pooling and gates are kernels of their kinds", () => {
  const { kernels } = kernelsOf(networkNamed("mobilenet_v3_small").design(), { runtime: "zennas" });
  const kinds = new Set(kernels.map(({ kernel }) => kernel.kind));
  for (const kind of ["convolution", "depthwise", "linear", "global_pooling", "elementwise"] as const) {
    assert.ok(kinds.has(kind), kind);
  }
});

Deno.test("branches that reach no output are left out", () => {
  const benchmark = nasBench201({ classes: 10, resolution: 32 });
  const of = (text: string) => told(kernelsOf(benchmark.design(text), { runtime: "tflite" }).kernels);
  const dead = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|";
  assert.deepEqual(of(dead), of("|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"));
});

Deno.test("equal layers are one kernel with a number, and batches make other kernels", () => {
  const structure = parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperConvK3BNRELU(8,8,1,3)");
  const design = structureDesign(structure, { classes: 10, resolution: 16 });
  const counts = (batch: number) => kernelsOf(design, { batch }).kernels.map(({ count }) => count);
  assert.deepEqual(counts(1), [1, 3, 1, 1]);
  assert.notEqual(kernelsOf(design).kernels[0]!.kernel.key, kernelsOf(design, { batch: 2 }).kernels[0]!.kernel.key);
});

Deno.test("keys tell apart whatever may change a time", () => {
  const base = { kind: "convolution", batch: 1, size: 8, outputSize: 8, inputs: 8, outputs: 8, window: 3 } as const;
  const others = [
    { kind: "depthwise", groups: 8 },
    { batch: 2 },
    { size: 16 },
    { outputSize: 4 },
    { inputs: 16 },
    { outputs: 16 },
    { window: 5 },
    { stride: 2 },
    { groups: 2 },
    { addends: 1 },
    { activation: "relu" },
  ] as const;
  const keys = [base, ...others.map((other) => ({ ...base, ...other }))].map((shape) => kernelOf(shape).key);
  assert.equal(new Set(keys).size, keys.length);
});

Deno.test("a kernel's extents are bounded integers", () => {
  for (const size of [0, -1, 1.5, NaN, 1e9]) {
    assert.throws(() => kernelOf({ kind: "linear", inputs: size, outputs: 1 }), RangeError);
  }
  assert.throws(() => kernelOf({ kind: "linear", inputs: 1, outputs: 1, addends: -1 }), RangeError);
});
