/** Every kind of block: what it builds, computes and costs. */
import assert from "node:assert/strict";
import {
  blockNames,
  chainChannels,
  countLayers,
  evaluate,
  fillingRules,
  parseStructure,
  printStructure,
  referenceCost,
  registerBlock,
  roundHalfToEven,
  ShapeError,
  trueCost,
  UnknownBlockError,
} from "@zennas/zennas";
import { feeds, graphOf, lowered, type LoweringOptions } from "./networks.ts";

const EIGHT = { channels: 8, resolution: 6 } as const;

/** The features of a structure in float64. */
function features(text: string, options: LoweringOptions = EIGHT): Float64Array {
  const network = lowered(text, options);
  return evaluate(graphOf(network, network.features), { feeds: feeds(network, fillingRules.trained) })[0]!;
}

const names = (text: string, options: LoweringOptions = EIGHT): readonly string[] =>
  lowered(text, options).network.parameters.map(({ name }) => name).filter((name) =>
    !name.includes("running") && !name.startsWith("fc_linear")
  );

const shapeBehind = (text: string, options: LoweringOptions = EIGHT): string => {
  const network = lowered(text, options);
  return network.builder.shape(network.features).join();
};

Deno.test("all published kinds of blocks are known", () => {
  for (const name of ["ConvKXG32", "Swish", "SuperConvK1BNRELU", "SuperResK7K7", "SuperResK1K5K1", "SuperResIDWE6K7"]) {
    assert(blockNames().includes(name), name);
  }
  assert.equal(blockNames().filter((name) => name.startsWith("SuperResIDWE")).length, 12);
});

const shapes: readonly (readonly [text: string, shape: string])[] = [
  ["ConvKX(8,16,3,2)", "1,3,3,16"],
  ["ConvKX(8,16,1,1)", "1,6,6,16"],
  ["ConvKXG4(8,16,5,1)", "1,6,6,16"],
  ["ConvDW(8,7,2)", "1,3,3,8"],
  ["MaxPool(8,3,2)", "1,3,3,8"],
  ["AdaptiveAvgPool(8,2)", "1,2,2,8"],
  ["SE(8)", "1,6,6,8"],
  ["MultiCatBlock(RELU(8);ConvKX(8,4,3,1))BN(12)", "1,6,6,12"],
  ["SuperConvK5BNRELU(8,16,2,3)", "1,3,3,16"],
  ["SuperResIDWE2K3(8,16,2,24,2)", "1,3,3,16"],
];

for (const [text, shape] of shapes) {
  Deno.test(`${text} gives [${shape}]`, () => assert.equal(shapeBehind(text), shape));
}

Deno.test("a grouped convolution has the weights of its groups", () => {
  assert.deepEqual(lowered("ConvKXG4(8,16,3,1)", EIGHT).network.parameters[0]!.shape, [16, 3, 3, 2]);
  assert.equal(referenceCost(parseStructure("ConvKXG4(8,16,3,1)"), { classes: 1, resolution: 6 }).parameters, 288 + 17);
  assert.throws(() => lowered("ConvKXG8(4,16,3,1)", { ...EIGHT, channels: 4 }), ShapeError);
});

Deno.test("a flattened activation goes through a linear layer of its own", () => {
  const classifier = "AdaptiveAvgPool(8,1)Flatten(8)Linear(8,5,1)";
  const cost = referenceCost(parseStructure(classifier), { classes: 10, resolution: 6 });
  assert.deepEqual(cost, { parameters: 8 * 5 + 1 + 5 * 10 + 1, macs: 8 * 5 + 5 * 10 });
});

Deno.test("squeeze-and-excitation keeps a quarter of the channels, rounded half to even", () => {
  const width = (channels: number) =>
    lowered(`SE(${channels})`, { ...EIGHT, channels }).network.parameters[0]!.shape[0];
  assert.deepEqual([1, 2, 6, 10, 14, 40].map(width), [1, 1, 2, 2, 4, 10]);
});

Deno.test("rounding is half to even", () => {
  assert.deepEqual([0.5, 1.5, 2.5, 2.4, 2.6, -1.5, -2.5].map(roundHalfToEven), [0, 2, 2, 2, 3, -2, -2]);
});

Deno.test("an inverted residual widens to multiples of eight", () => {
  const widths = lowered("SuperResIDWE1K3(8,28,1,12,1)", EIGHT).network.parameters
    .filter(({ role }) => role === "conv_weight").map(({ shape }) => shape[0]);
  assert.deepEqual(widths, [16, 16, 12, 12, 32, 32, 28, 28]);
});

Deno.test("a sum adds its branches and a concatenation puts them side by side", () => {
  const relu = features("RELU(8)"), swish = features("Swish(8)");
  assert.deepEqual(features("MultiSumBlock(RELU(8);Swish(8))"), relu.map((value, index) => value + swish[index]!));
  const both = features("MultiCatBlock(RELU(8);Swish(8))");
  assert.deepEqual(both.filter((_, index) => index % 16 < 8), relu);
  assert.deepEqual(both.filter((_, index) => index % 16 >= 8), swish);
});

Deno.test("a residual block adds its input where it can, else a projection", () => {
  const relu = features("RELU(8)"), input = features("Sequential(MaxPool(8,1,1))");
  assert.deepEqual(features("ResBlock(RELU(8))"), relu.map((value, index) => value + input[index]!));
  const projection = ["module_list.0.proj.0.weight", "module_list.0.proj.0.bias"];
  const convolution = "module_list.0.module_list.0.netblock.weight", norm = ["weight", "bias"];
  const projected = [convolution, ...projection, ...norm.map((name) => `module_list.0.proj.1.${name}`)];
  assert.deepEqual(names("ResBlock(ConvKX(8,8,3,1))"), [convolution]);
  assert.deepEqual(names("ResBlock(ConvKX(8,8,3,2))"), projected);
  assert.deepEqual(names("ResBlock(ConvKX(8,16,3,1))"), projected);
  assert.deepEqual(names("ResBlockProj(ConvKX(8,8,3,1))"), projected);
  assert.deepEqual(names("ResBlockProj(ConvKX(8,8,3,1))", { ...EIGHT, residualLinks: false }), [convolution]);
});

Deno.test("branches of one block and of several have the names of PyTorch's modules", () => {
  assert.deepEqual(names("MultiSumBlock(ConvKX(8,8,3,1);Sequential(RELU(8)ConvKX(8,8,1,1));RELU(8)ConvKX(8,8,1,1))"), [
    "module_list.0.module_list.0.netblock.weight",
    "module_list.0.module_list.1.module_list.1.netblock.weight",
    "module_list.0.module_list.2.module_list.1.netblock.weight",
  ]);
});

Deno.test("without residual links a super block holds its convolutions directly", () => {
  assert.deepEqual(names("SuperResK3K3(8,8,1,8,1)", { ...EIGHT, residualLinks: false, batchNorm: false }), [
    "module_list.0.module_list.0.netblock.weight",
    "module_list.0.module_list.3.netblock.weight",
  ]);
});

Deno.test("without batch normalisation the other parameters keep their names", () => {
  const text = "SuperResIDWE2K3(8,16,2,24,2)", form = { ...EIGHT, squeezeExcite: true };
  const weights = (batchNorm: boolean) => {
    const { parameters } = lowered(text, { ...form, batchNorm }).network;
    return parameters.filter(({ role }) => role === "conv_weight" || role === "bias").map(({ name }) => name);
  };
  assert.deepEqual(weights(false), weights(true));
  assert(lowered(text, { ...form, batchNorm: false }).network.parameters.every(({ role }) => !role.includes("norm")));
});

Deno.test("only RELU blocks are the network's activations", () => {
  const { network } = lowered("SuperResK1K3K1(8,16,1,8,1)Swish(16)", { ...EIGHT, squeezeExcite: true });
  assert.equal(network.relus.length, 6);
});

Deno.test("channels that do not fit name both blocks", () => {
  assert.throws(() => lowered("ConvKX(8,16,3,1)BN(24)RELU(24)", EIGHT), {
    name: "ShapeError",
    message: "Cannot put BN(24) behind ConvKX(8,16,3,1) as it takes 24 channels: got 16",
  });
  assert.throws(() => lowered("BN(24)", EIGHT), /Cannot put BN\(24\) behind its input as/);
});

Deno.test("chaining reaches inner blocks", () => {
  const text =
    "ConvKX(3,24,3,1)ResBlock(8,1,ConvKX(8,24,3,1)BN(24))MultiCatBlock(RELU(8);SE(8)BN(8))SuperResK3K3(8,16,1,8,1)";
  assert.equal(
    printStructure(chainChannels(parseStructure(text))),
    "ConvKX(3,24,3,1)ResBlock(24,1,ConvKX(24,24,3,1)BN(24))MultiCatBlock(RELU(24);SE(24)BN(24))SuperResK3K3(48,16,1,8,1)",
  );
});

Deno.test("layers are convolutions and linear layers, along the deepest branch", () => {
  const text = "ConvKX(3,8,3,1)BN(8)RELU(8)MultiSumBlock(ConvDW(8,3,1)ConvKX(8,8,1,1);ConvKX(8,8,1,1))";
  assert.equal(countLayers(parseStructure(text)), 3);
});

Deno.test("an odd resolution is halved downwards by the reference and upwards by the truth", () => {
  const structure = parseStructure("ConvKX(3,8,3,2)ConvKX(8,8,1,1)"), form = { classes: 1, resolution: 7 };
  assert.equal(referenceCost(structure, form).macs, 216 * 7 ** 2 / 4 + 64 * 3 ** 2 + 8);
  assert.equal(trueCost(structure, form).macs, (216 + 64) * 4 ** 2 + 8);
});

Deno.test("costs beyond exact numbers are errors", () => {
  const structure = parseStructure("ConvKX(65536,65536,60001,1)".repeat(40));
  assert.throws(() => trueCost(structure, { classes: 10, resolution: 32 }), ShapeError);
});

Deno.test("registering is refused for names that are taken or malformed and for arguments that clash", () => {
  const expand = () => [];
  assert.throws(() => registerBlock({ name: "RELU", arguments: [], expand }), /must be new: got RELU/);
  assert.throws(() => registerBlock({ name: "My Block", arguments: [], expand }), /letters and digits: got My Block/);
  assert.throws(() => registerBlock({ name: "Twice", arguments: ["in", "in"], expand }), /different names/);
  assert.throws(() => registerBlock({ name: "Cut", arguments: ["in"], splits: true, expand }), /needs in, out, stride/);
});

Deno.test("a block that was built by hand under an unknown name is named", () => {
  const structure = { blocks: [{ name: "Relu", args: [8], branches: [] }] };
  assert.throws(
    () => countLayers(structure),
    (error) => error instanceof UnknownBlockError && error.suggestion === "RELU",
  );
});
