/** Exported files compute what their networks do, by the production runtime against the float64 oracle. */
import assert from "node:assert/strict";
import {
  filledInput,
  GraphBuilder,
  IMAGE,
  mutate,
  networkNamed,
  type NodeId,
  openBackend,
  parseStructure,
  type Precision,
  precisions,
  publishedSpaces,
  Random,
  structureDesign,
} from "@zennas/zennas";
import {
  exportTflite,
  filledNetwork,
  imageShape,
  labelsOf,
  parseProvenance,
  PROVENANCE_ENTRY,
  randomImages,
  readLiteFile,
  thresholds,
  verifyTflite,
} from "@zennas/zennas/mobile";
import { distance, exported, network } from "../networks.ts";

/** Structures that between them hold every operation that has a form. */
const structures: Readonly<Record<string, string>> = {
  "residual blocks": "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,1,8,1)",
  "depthwise and gates": "SuperConvK3BNRELU(3,8,2,1)SuperResIDWE4K7(8,16,2,8,1)",
  "swish and a normalisation alone": "ConvKX(3,8,3,1)Swish(8)BN(8)ConvDW(8,5,2)BN(8)Swish(8)",
  "grouped convolution, pools": "ConvKX(3,16,3,1)BN(16)MaxPool(16,3,2)ConvKXG2(16,8,3,1)AdaptiveAvgPool(8,4)RELU(8)",
  "concatenation of different scales": "ConvKX(3,8,3,1)MultiCatBlock(ConvKX(8,8,1,1);SE(8);MaxPool(8,3,1))RELU(24)",
  "a sum of branches": "ConvKX(3,8,3,1)MultiSumBlock(ConvKX(8,8,1,1);ConvDW(8,3,1);RELU(8))RELU(8)",
};

for (const precision of precisions) {
  Deno.test(`every operation, exported in ${precision}, computes what the oracle does`, async (t) => {
    for (const [name, text] of Object.entries(structures)) {
      await t.step(name, async () => {
        const { sqnrDb } = await distance(network(text, { squeezeExcite: true }), precision);
        assert(sqnrDb >= thresholds[precision].sqnrDb, `${sqnrDb} dB`);
      });
    }
  });
}

Deno.test("odd and even resolutions pad the same as the network", async () => {
  for (const resolution of [7, 8, 15, 16]) {
    const text = "ConvKX(3,8,3,2)RELU(8)ConvDW(8,5,2)MaxPool(8,3,2)";
    const { sqnrDb } = await distance(network(text, { resolution }), "f32");
    assert(sqnrDb >= thresholds.f32.sqnrDb, `${resolution}: ${sqnrDb} dB`);
  }
});

/** How often each operator is in a model's file, in 32-bit floats. */
async function operatorsOf(name: string): Promise<Readonly<Record<string, number>>> {
  const bytes = await exported(filledNetwork(networkNamed(name).design({ resolution: 64 })), "f32");
  const names = readLiteFile(bytes).graphs[0]!.operators.map((operator) => operator.name);
  return Object.fromEntries([...new Set(names)].map((one) => [one, names.filter((other) => other === one).length]));
}

Deno.test("models have the operators that the official converter would write", async () => {
  const small = await operatorsOf("mobilenet_v3_small");
  assert.deepEqual([small["HARD_SWISH"], small["RELU6"], small["LOGISTIC"]], [19, undefined, undefined]);
  assert.equal((await operatorsOf("tf_efficientnet_b0"))["PAD"], undefined);
  assert.equal((await operatorsOf("efficientnet_b0"))["PAD"], 5);
  const residual = await operatorsOf("cifar_resnet20");
  assert.deepEqual([residual["STRIDED_SLICE"], residual["PAD"], residual["MAX_POOL_2D"]], [2, 4, undefined]);
});

Deno.test("padding that differs before and after, relu6 behind nothing that takes it, and a lone hard sigmoid are exact", async () => {
  const builder = new GraphBuilder(), values: Record<string, Float32Array> = {};
  const fed = (name: string, shape: readonly number[]): NodeId => {
    values[name] = filledInput(name, shape)[name]!;
    return builder.add("input", [], { name, shape });
  };
  const image = builder.add("input", [], { name: IMAGE, shape: [1, 9, 9, 3] });
  const convolution = { stride: 1, padding: 2, paddingAfter: 0, groups: 1 };
  const x = builder.add("conv2d", [image, fed("weight", [8, 3, 3, 3])], convolution);
  const pooled = builder.add("max_pool", [x], { kernel: 1, stride: 3, padding: 0 });
  const padded = builder.add("pad_channels", [builder.add("relu6", [pooled], {})], { before: 1, after: 2 });
  const gate = builder.add("hard_sigmoid", [
    builder.add("average_pool", [padded], { kernel: 1, stride: 2, padding: 0 }),
  ], {});
  const graph = builder.build([builder.add("flatten", [builder.add("hard_swish", [gate], {})], {})]);
  const { origin } = network("SuperConvK3BNRELU(3,8,2,1)"), of = { graph, values, origin };
  for (const precision of precisions) {
    const { sqnrDb } = await distance(of, precision);
    assert(sqnrDb >= thresholds[precision].sqnrDb, `${precision}: ${sqnrDb} dB`);
  }
});

Deno.test("networks from both spaces verify in every precision", async () => {
  await using backend = await openBackend("cpu");
  const starts = {
    XXBL: "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,1,8,1)SuperConvK1BNRELU(16,24,1,1)",
    IDW_fixfc: "SuperConvK3BNRELU(3,8,2,1)SuperResIDWE2K3(8,16,2,8,1)SuperConvK1BNRELU(16,24,1,1)",
  };
  for (const [space, start] of Object.entries(starts) as [keyof typeof starts, string][]) {
    let structure = parseStructure(start);
    for (let index = 0; index < 4; index++) {
      structure = mutate(structure, new Random(5, index), { space: publishedSpaces[space], replacements: 2 });
      const known = filledNetwork(
        structureDesign(structure, { resolution: 24, classes: 10, squeezeExcite: index % 2 === 1 }),
      );
      const precision: Precision = precisions[index]!;
      const images = randomImages(imageShape(known), { name: "calibration", count: 8 });
      const calibration = { name: "random", images, backend };
      const bytes = await exportTflite(known, { precision, calibration, producer: "test" });
      const { passed, sqnrDb, top1Agreement } = await verifyTflite(bytes, { backend });
      assert(passed, `${known.origin.structure} ${precision}: ${sqnrDb} dB, ${top1Agreement}`);
    }
  }
});

Deno.test("a file tells which network it holds, what its classes are called, and how to call it", async () => {
  const of = network("SuperConvK3BNRELU(3,8,2,1)"), labels = Array.from({ length: 10 }, (_, index) => `class ${index}`);
  const file = readLiteFile(await exported(of, "int8", { softmax: true, labels, io: "int8" }));
  const provenance = parseProvenance(file.metadata[PROVENANCE_ENTRY]);
  assert.deepEqual(provenance, {
    ...of.origin,
    producer: "test",
    precision: "int8",
    calibration: "random",
    keep: [],
    softmax: true,
    pixels: null,
  });
  assert.deepEqual(labelsOf(file), labels);
  const graph = file.graphs[0]!, [signature] = file.signatures;
  assert.equal(signature!.key, "serving_default");
  assert.equal(graph.tensors[signature!.inputs["image"]!]!.type, "INT8");
  assert.equal(graph.tensors[signature!.outputs["probabilities"]!]!.quantization!.scales[0], 1 / 256);
  await assert.rejects(exported(of, "f32", { labels: ["one"] }), /Cannot name 10 classes/);
});

Deno.test("weights shrink with the precision", async () => {
  const of = network("SuperConvK3BNRELU(3,32,2,1)SuperResK3K3(32,64,1,64,1)");
  const bytes = await Promise.all(precisions.map(async (precision) => (await exported(of, precision)).length));
  const [f32, f16, dynamic, int8] = bytes as [number, number, number, number];
  assert(f16 < 0.6 * f32 && dynamic < 0.4 * f32 && int8 < 0.4 * f32, `${bytes}`);
});

Deno.test("integers hold zero exactly, and weights have a scale a channel", async () => {
  const graph = readLiteFile(await exported(network("ConvKX(3,8,3,1)RELU(8)ConvDW(8,3,1)"), "int8")).graphs[0]!;
  const weightOf = (name: string) => {
    const operator = graph.operators.find((candidate) => candidate.name === name)!;
    return graph.tensors[operator.inputs[1]!]!;
  };
  assert.equal(weightOf("CONV_2D").quantization!.scales.length, 8);
  assert.equal(weightOf("DEPTHWISE_CONV_2D").quantization!.axis, 3);
  assert.equal(weightOf("FULLY_CONNECTED").quantization!.scales.length, 1);
  for (const { type, quantization } of graph.tensors) {
    if (type === "INT8") assert(quantization!.zeroPoints.every((point) => point >= -128 && point <= 127));
  }
});
