/** Verifying finds what is wrong with a file, and nothing where nothing is. */
import assert from "node:assert/strict";
import { openBackend } from "@zennas/zennas";
import { readLiteFile, verifyTflite } from "@zennas/zennas/mobile";
import { withLogits } from "../../../mobile/tflite/logits.ts";
import { answers, exported, network, testImages } from "../networks.ts";

const of = network("SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)");

/** A file whose largest constant has all its bytes inverted. */
function damaged(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice(),
    stored = readLiteFile(copy).graphs[0]!.tensors.map(({ data }) => data ?? new Uint8Array());
  const [largest] = stored.sort((a, b) => b.length - a.length);
  largest!.forEach((byte, index) => largest![index] = index % 4 === 2 ? byte ^ 0x40 : byte);
  return copy;
}

Deno.test("a file that ends in a softmax is compared by the logits before it", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  for (const precision of ["f32", "int8"] as const) {
    const [logits, probabilities] = [await exported(of, precision), await exported(of, precision, { softmax: true })];
    const images = testImages(of);
    assert.deepEqual(await answers(withLogits(probabilities), images), await answers(logits, images));
    const [plain, soft] = [await verifyTflite(logits, { backend }), await verifyTflite(probabilities, { backend })];
    assert.deepEqual([soft.sqnrDb, soft.passed, plain.probabilityDifference], [plain.sqnrDb, true, null]);
    assert(Number.isFinite(soft.sqnrDb) && soft.probabilityDifference! < 1e-5);
    assert.throws(() => withLogits(logits), { code: "MODEL_PROVENANCE" });
  }
});

Deno.test("damaged weights are found, behind a softmax too", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  for (const softmax of [false, true]) {
    const { passed, sqnrDb } = await verifyTflite(damaged(await exported(of, "f32", { softmax })), { backend });
    assert(!passed && sqnrDb < 30, `${sqnrDb} dB`);
  }
});
