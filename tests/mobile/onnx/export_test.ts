/** ONNX files compute what their networks do, by onnxruntime against the float64 oracle. */
import assert from "node:assert/strict";
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import { compareOutputs, exportOnnx, filledNetwork, IMAGE, imageShape, type KnownNetwork } from "@zennas/zennas/mobile";
import { networkNamed, openBackend } from "@zennas/zennas";
import { channelsFirst, channelsFirstShape } from "../../../mobile/onnx/layout.ts";
import { network, oracle, testImages } from "../networks.ts";

env.wasm.numThreads = 1;

async function answer(bytes: Uint8Array, of: KnownNetwork, image: Float32Array): Promise<Float32Array> {
  const session = await InferenceSession.create(bytes, { executionProviders: ["wasm"] });
  const shape = imageShape(of);
  const input = new Tensor("float32", channelsFirst(image, shape), [...channelsFirstShape(shape)]);
  const output = (await session.run({ input }))[session.outputNames[0]!]!;
  const values = Float32Array.from(output.data as Float32Array);
  await session.release();
  return values;
}

const structures = [
  "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,1,8,1)",
  "SuperConvK3BNRELU(3,8,2,1)SuperResIDWE4K7(8,16,2,8,1)",
  "ConvKX(3,8,3,1)Swish(8)BN(8)ConvDW(8,5,2)BN(8)MaxPool(8,3,2)",
  "ConvKX(3,16,3,1)MultiCatBlock(ConvKXG2(16,8,3,1);SE(16);MaxPool(16,3,1))AdaptiveAvgPool(40,4)RELU(40)",
];

Deno.test("onnxruntime computes what the oracle does", async (t) => {
  for (const text of structures) {
    await t.step(text, async () => {
      const of = network(text, { squeezeExcite: true }), [image] = testImages(of, 1);
      const other = await answer(exportOnnx(of, { producer: "test" }), of, image!);
      const { relativeDifference } = compareOutputs([oracle(of, image!)], [other]);
      assert(relativeDifference < 1e-5, `${relativeDifference}`);
    });
  }
});

/** One of each family, and what each rounds more or less. */
const models: readonly (readonly [name: string, resolution: number])[] = [
  ["cifar_resnet20", 32],
  ["mobilenet_v2", 32],
  ["mobilenet_v3_small", 64],
  ["tf_efficientnet_b0", 64],
];

Deno.test("onnxruntime computes what the oracle does, for a model of each family", async (t) => {
  for (const [name, resolution] of models) {
    await t.step(name, async () => {
      const of = filledNetwork(networkNamed(name).design({ resolution })), [image] = testImages(of, 1);
      const other = await answer(exportOnnx(of, { producer: "test" }), of, image!);
      const { relativeDifference } = compareOutputs([oracle(of, image!)], [other]);
      assert(relativeDifference < 1e-4, `${relativeDifference}`);
    });
  }
});

Deno.test("a softmax makes probabilities of logits", async () => {
  const of = network("SuperConvK3BNRELU(3,8,2,1)"), [image] = testImages(of, 1);
  const values = await answer(exportOnnx(of, { producer: "test", softmax: true }), of, image!);
  assert(Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) < 1e-5);
});

Deno.test("the CPU backend opens after onnxruntime has put Node's Worker in place of Deno's", async () => {
  const of = network("SuperConvK3BNRELU(3,8,2,1)"), [image] = testImages(of, 1);
  const other = await answer(exportOnnx(of, { producer: "test" }), of, image!);
  assert(!("onmessage" in Worker.prototype), "onnxruntime leaves Worker alone: this test and its cause can go");
  await using backend = await openBackend("cpu");
  using program = backend.compile(of.graph);
  const [own] = await program.run({ feeds: { ...of.values, [IMAGE]: image! } });
  assert(compareOutputs([other], [own!]).relativeDifference < 1e-5);
});
