/** What parameters begin with: distributions, exact bits, and what they depend on. */
import assert from "node:assert/strict";
import {
  fedParameters,
  GraphBuilder,
  type InitialisationName,
  initialisationNames,
  initialValues,
  Network,
  type NetworkForm,
  networkNamed,
  type Parameter,
  parseStructure,
  structureDesign,
} from "@zennas/zennas";

const weight = (name: string, shape: number[]): Parameter => ({
  name,
  shape,
  role: shape.length === 4 ? "conv_weight" : "linear_weight",
});

/** A convolution of 3 × 3 windows, a depthwise one, a linear layer with its bias. */
const parameters: readonly Parameter[] = [
  weight("conv.weight", [96, 3, 3, 64]),
  weight("depthwise.weight", [4096, 3, 3, 1]),
  weight("fc.weight", [200, 300]),
  { name: "fc.bias", shape: [2000], role: "bias" },
  { name: "bn.weight", shape: [8], role: "norm_weight" },
  { name: "bn.bias", shape: [8], role: "norm_bias" },
  { name: "bn.running_mean", shape: [8], role: "running_mean" },
  { name: "bn.running_var", shape: [8], role: "running_variance" },
];

const begin = (name: InitialisationName, seed = 1) => initialValues({ parameters, branchWeights: [] }, { name, seed });

function moments(values: Float32Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}

const fans = { "conv.weight": [576, 864], "depthwise.weight": [9, 36864], "fc.weight": [300, 200] } as const;
type Weight = keyof typeof fans;

const glorot = (weight: Weight, gain: number): number => gain * Math.sqrt(2 / (fans[weight][0] + fans[weight][1]));

/** What each initialisation's standard deviations must be. */
const deviations: Readonly<Record<InitialisationName, (weight: Weight) => number>> = {
  custom: (weight) => glorot(weight, 3.26033),
  msra: (weight) => glorot(weight, 3.26033),
  xavier: (weight) => glorot(weight, weight === "fc.weight" ? 3.26033 : Math.SQRT2),
  scaled: (weight) => 0.1 / Math.sqrt(fans[weight][1]),
  none: (weight) => 1 / Math.sqrt(3 * fans[weight][0]),
};

for (const name of initialisationNames) {
  Deno.test(`weights of ${name} have the mean and deviation of their formula`, () => {
    const values = begin(name);
    for (const weight of Object.keys(fans) as Weight[]) {
      const drawn = values[weight]!, { mean, deviation } = moments(drawn), expected = deviations[name](weight);
      const error = 5 * expected / Math.sqrt(drawn.length);
      assert.ok(Math.abs(mean) < error && Math.abs(deviation - expected) < error, `${weight}: ${mean}, ${deviation}`);
    }
  });

  Deno.test(`biases of ${name} are ${name === "none" ? "uniform" : "zero"}, normalisations the identity`, () => {
    const values = begin(name), bias = values["fc.bias"]!;
    if (name === "none") assert.ok(Math.abs(moments(bias).deviation * Math.sqrt(900) - 1) < 0.05);
    else assert.ok(bias.every((value) => value === 0));
    assert.ok([...values["bn.weight"]!, ...values["bn.running_var"]!].every((value) => value === 1));
    assert.ok([...values["bn.bias"]!, ...values["bn.running_mean"]!].every((value) => value === 0));
  });
}

Deno.test("PyTorch's default is uniform up to its bound, all others have normal tails", () => {
  const bound = 1 / Math.sqrt(576), uniform = begin("none")["conv.weight"]!;
  assert.ok(uniform.every((value) => Math.abs(value) < bound) && Math.max(...uniform) > 0.999 * bound);
  const beyond = begin("msra")["conv.weight"]!.filter((value) => Math.abs(value) > 2 * glorot("conv.weight", 3.26033));
  assert.ok(Math.abs(beyond.length / uniform.length - 0.0455) < 0.005);
});

Deno.test("values depend on the seed and the parameter's name alone, to the bit", () => {
  const alone = initialValues({ parameters: [parameters[2]!], branchWeights: [] }, { name: "msra", seed: 1 });
  assert.deepEqual(alone["fc.weight"], begin("msra")["fc.weight"]);
  assert.notDeepEqual(begin("msra", 2)["fc.weight"], alone["fc.weight"]);
  const twins = [weight("a.weight", [8, 8]), weight("b.weight", [8, 8])];
  const { "a.weight": a, "b.weight": b } = initialValues({ parameters: twins, branchWeights: [] }, {
    name: "none",
    seed: 1,
  });
  assert.notDeepEqual(a, b);
  assert.deepEqual([...alone["fc.weight"]!.subarray(0, 3)], [
    -0.32889026403427124,
    -0.16572020947933197,
    -0.3186737596988678,
  ]);
  assert.deepEqual([...begin("none")["fc.bias"]!.subarray(0, 3)], [
    -0.00710243871435523,
    -0.02628253400325775,
    0.013928181491792202,
  ]);
});

/** A network on a graph, and the weights with which its branches can be closed. */
function networkOf(text: string, form: Partial<NetworkForm> = {}): Network {
  const builder = new GraphBuilder(), network = new Network({ builder, mode: "train", parameters: fedParameters() });
  const design = structureDesign(parseStructure(text), { classes: 3, resolution: 8, ...form });
  design.lower(network, builder.add("input", [], { name: "input", shape: [2, 8, 8, 3] }));
  return network;
}

const zeros = (network: Network, name: InitialisationName): string[] =>
  Object.entries(initialValues(network, { name, seed: 1 }))
    .filter(([parameter, values]) => parameter.endsWith(".weight") && values.every((value) => value === 0))
    .map(([parameter]) => parameter);

Deno.test("custom closes every residual branch by its last normalisation, no other initialisation does", () => {
  const network = networkOf("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,8,1,8,2)SuperResIDWE2K3(8,8,1,8,1)", {
    squeezeExcite: true,
  });
  assert.deepEqual(zeros(network, "custom"), [
    "module_list.1.module_list.0.module_list.5.netblock.weight",
    "module_list.1.module_list.2.module_list.5.netblock.weight",
    "module_list.2.module_list.0.module_list.8.netblock.weight",
    "module_list.2.module_list.2.module_list.8.netblock.weight",
  ]);
  for (const name of initialisationNames.filter((other) => other !== "custom")) {
    assert.deepEqual(zeros(network, name), []);
  }
});

Deno.test("without residual links or normalisations there is nothing to close", () => {
  const text = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,8,1,8,2)";
  for (const form of [{ residualLinks: false }, { batchNorm: false }]) {
    assert.deepEqual(networkOf(text, form).branchWeights, []);
  }
  assert.deepEqual(networkOf("ResBlock(3,1,ConvKX(3,3,3,1))").branchWeights, []);
  assert.deepEqual(networkOf("ResBlock(3,1,ConvKX(3,8,3,1)BN(8)SE(8))").branchWeights, [
    "module_list.0.module_list.1.netblock.weight",
  ]);
});

Deno.test("models close their residual branches too", () => {
  const builder = new GraphBuilder(), network = new Network({ builder, mode: "train", parameters: fedParameters() });
  const model = networkNamed("cifar_resnet20").design();
  model.lower(network, builder.add("input", [], { name: "input", shape: [2, 32, 32, 3] }));
  const blocks = [1, 2, 3].flatMap((layer) => [0, 1, 2].map((block) => `layer${layer}.${block}.bn2.weight`));
  assert.deepEqual(zeros(network, "custom"), blocks);
});

Deno.test("names that there are not, and seeds out of range, are refused", () => {
  assert.throws(() => begin("xavir" as InitialisationName), {
    name: "RangeError",
    message: "Cannot initialise as there is custom, xavier, msra, scaled, none: got xavir (did you mean xavier?)",
  });
  assert.throws(() => begin("msra", -1), RangeError);
});
