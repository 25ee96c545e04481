/** Exported files answer images as their networks do, whatever their format, layout and last operator. */
import assert from "node:assert/strict";
import { measureAnswer } from "@zennas/zennas";
import { compareOutputs, exportOnnx, openFileClassifier } from "@zennas/zennas/mobile";
import { exported, network, oracle, testImages } from "../networks.ts";
import { rejectsWith } from "../rejects.ts";

const of = network("SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)"), [image] = testImages(of, 1);
const logits = oracle(of, image!);

const files = {
  "tflite": ["tflite", () => exported(of, "f32")],
  "tflite with a softmax": ["tflite", () => exported(of, "f32", { softmax: true })],
  "onnx": ["onnx", () => exportOnnx(of, { producer: "test" })],
} as const;

for (const [name, [format, bytes]] of Object.entries(files)) {
  Deno.test(`a file answers with its network's logits: ${name}`, async () => {
    using classifier = await openFileClassifier(await bytes(), format);
    const { batch, resolution, classes } = classifier;
    assert.deepEqual([batch, resolution, classes], [1, 16, 10]);
    const { relativeDifference } = compareOutputs([logits], [await classifier.answer(image!)]);
    assert(relativeDifference < 1e-5, `${relativeDifference}`);
  });
}

Deno.test("an ONNX file's probabilities count as the logits that they are the softmax of", async () => {
  using classifier = await openFileClassifier(exportOnnx(of, { producer: "test", softmax: true }), "onnx");
  const answered = await classifier.answer(image!);
  for (const label of [0, 3, 9]) {
    const own = measureAnswer(answered, label), expected = measureAnswer(logits, label);
    assert.deepEqual([own.predicted, own.rank], [expected.predicted, expected.rank]);
    assert(Math.abs(own.loss - expected.loss) < 1e-4, `${own.loss} ${expected.loss}`);
  }
});

Deno.test("a file that is no model is refused by name, in either format", async () => {
  const bytes = new TextEncoder().encode("no model at all, but some bytes");
  await rejectsWith(() => openFileClassifier(bytes, "tflite"), "MODEL_CORRUPT");
  await rejectsWith(() => openFileClassifier(bytes, "onnx"), "MODEL_RUNTIME_REJECTED");
});
