/** Verifying finds what is wrong with a file, and nothing where nothing is. */
import assert from "node:assert/strict";
import { networkNamed, openBackend, type Precision } from "@zennas/zennas";
import { filledNetwork, readLiteFile, simplify, thresholds, verifyTflite } from "@zennas/zennas/mobile";
import { withRoundedWeights } from "../../../mobile/runtime/rounding.ts";
import { withLogits } from "../../../mobile/tflite/logits.ts";
import { answers, exported, network, testImages } from "../networks.ts";
import { everyRow } from "../../scale.ts";

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

Deno.test("a network that amplifies rounding is taken for itself, and not where it is damaged", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  const amplifying = filledNetwork(networkNamed("mobilenet_v2").design({ resolution: 32 }));
  const options = { backend, images: 2 };
  for (const precision of everyRow ? ["f16", "dynamic"] as const : ["f16"] as const) {
    const bytes = await exported(amplifying, precision);
    const { faults, sqnrDb, threshold, conditioning } = await verifyTflite(bytes, options);
    const said = `${precision}: ${sqnrDb}, ${threshold.sqnrDb}, ${conditioning.sqnrDb} dB`;
    assert.deepEqual(faults, [], said);
    assert(threshold.sqnrDb < thresholds[precision].sqnrDb && sqnrDb < thresholds[precision].sqnrDb, said);
    assert(Math.abs(conditioning.sqnrDb - sqnrDb) < 20, said);
    const wrong = await verifyTflite(damaged(bytes), options);
    assert(!wrong.passed && wrong.worstStep.excessDb > 30, `${wrong.worstStep.excessDb} dB`);
  }
});

Deno.test("weights are rounded as each precision stores them, and vectors are not", () => {
  const { values } = simplify(of), name = Object.keys(values).find((key) => values[key]!.length === 8 * 9 * 3)!;
  const rounded = (precision: Precision): Float32Array => withRoundedWeights(of, { precision }).values[name]!;
  const row = values[name]!.subarray(0, 27), largest = Math.max(...row.map(Math.abs));
  for (const precision of ["dynamic", "int8"] as const) {
    const steps = rounded(precision).subarray(0, 27).map((value) => value / largest * 127);
    assert(steps.every((step, index) => Math.abs(step - Math.round(row[index]! / largest * 127)) < 1e-3), precision);
  }
  assert.deepEqual(rounded("f16"), values[name]!.map(Math.f16round));
  assert(rounded("f32").every((value, index) => Math.abs(value - values[name]![index]!) <= largest * 2 ** -23));
  const bias = Object.keys(values).find((key) => values[key]!.length === 8)!;
  assert.deepEqual(withRoundedWeights(of, { precision: "int8" }).values[bias], values[bias]);
});

Deno.test("damaged weights are found, behind a softmax too", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  for (const softmax of [false, true]) {
    const { passed, sqnrDb } = await verifyTflite(damaged(await exported(of, "f32", { softmax })), { backend });
    assert(!passed && sqnrDb < 30, `${sqnrDb} dB`);
  }
});
