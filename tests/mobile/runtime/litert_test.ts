/** The host's runtime: what it refuses is thrown. */
import assert from "node:assert/strict";
import { openLiteRt, readImage, readLiteFile } from "@zennas/zennas/mobile";
import type { LiteModel } from "../../../mobile/tflite/model.ts";
import { withFloatPorts } from "../../../mobile/tflite/rewire.ts";
import { writeLiteModel } from "../../../mobile/tflite/writer.ts";
import { answers, exported, network, testImages } from "../networks.ts";

const TEXT = "SuperConvK3BNRELU(3,8,2,1)";

Deno.test("damaged files are refused", async () => {
  const bytes = await exported(network(TEXT), "f32");
  await assert.rejects(openLiteRt(bytes.slice(0, bytes.length >> 1)), { code: "MODEL_CORRUPT" });
});

Deno.test("a file with inputs and outputs of 8 bits answers as the same network with float32 ones", async () => {
  const of = network(TEXT), images = testImages(of, 2);
  const bytes = await exported(of, "int8", { io: "int8" });
  assert.deepEqual(await answers(bytes, images), await answers(await exported(of, "int8"), images));
  const { tensors, inputs, outputs } = readLiteFile(withFloatPorts(bytes)).graphs[0]!;
  assert.deepEqual([...inputs, ...outputs].map((id) => tensors[id]!.type), ["FLOAT32", "FLOAT32"]);
});

Deno.test("every tensor of a file can be its output", async () => {
  const of = network(TEXT), bytes = await exported(of, "int8"), { tensors, operators } = readLiteFile(bytes).graphs[0]!;
  const written = operators.flatMap(({ outputs }) => outputs), probed = withFloatPorts(bytes, { outputs: written });
  using model = await openLiteRt(probed);
  const values = await model.run(testImages(of, 1));
  assert.deepEqual(
    values.map(({ length }) => length),
    written.map((id) => tensors[id]!.shape.reduce((a, b) => a * b, 1)),
  );
  assert.deepEqual(values.at(-1), (await answers(bytes, testImages(of, 1)))[0]);
  assert.equal(withFloatPorts(await exported(of, "f32")).length, (await exported(of, "f32")).length);
});

/** A 1 × 1 convolution whose weight is one channel too shallow: the runtime only logs that it cannot prepare it. */
const shallow: LiteModel = {
  tensors: [
    { name: "x", shape: [1, 2, 2, 3], type: "FLOAT32" },
    { name: "weight", shape: [1, 1, 1, 2], type: "FLOAT32", data: new Float32Array(2) },
    { name: "bias", shape: [1], type: "FLOAT32", data: new Float32Array(1) },
    { name: "y", shape: [1, 2, 2, 1], type: "FLOAT32" },
  ],
  operators: [{
    name: "CONV_2D",
    inputs: [0, 1, 2],
    outputs: [3],
    options: { table: "Conv2DOptions", padding: 1, strideW: 1, strideH: 1 },
  }],
  input: 0,
  output: 3,
};

Deno.test("an error that the runtime only logs is thrown", async () => {
  const bytes = writeLiteModel(shallow, { signature: { input: "x", output: "y" } });
  const attempt = async (): Promise<void> => {
    using model = await openLiteRt(bytes);
    await model.run([new Float32Array(12)]);
  };
  await assert.rejects(attempt, { code: "MODEL_RUNTIME_REJECTED" });
});

Deno.test("inputs of the wrong length are refused", async () => {
  using model = await openLiteRt(await exported(network(TEXT), "f32"));
  await assert.rejects(model.run([new Float32Array(5)]), { code: "MODEL_INPUT" });
});

Deno.test("a model gives the same answer to the same image", async () => {
  const of = network(TEXT), [image] = testImages(of, 1);
  using model = await openLiteRt(await exported(of, "f32"));
  assert.deepEqual(model.inputs, [{ name: "image", shape: [1, 16, 16, 3] }]);
  assert.deepEqual(await model.run([image!]), await model.run([image!]));
});

Deno.test("files that are no images are refused", async () => {
  const path = await Deno.makeTempFile();
  await assert.rejects(readImage(path, { shape: [1, 8, 8, 3] }), { code: "MODEL_INPUT" });
  await Deno.remove(path);
});
