/** Options of `zen export` that contradict each other: refused before anything is computed or written. */
import assert from "node:assert/strict";
import { exportNetwork } from "../../cli/actions/export.ts";
import type { ExportOptions } from "../../cli/commands/export.ts";
import { UsageError } from "../../cli/errors.ts";

/** What an export of a structure that does not exist says, which comes after the check of its options. */
async function said(over: Partial<ExportOptions>): Promise<string> {
  const options = {
    format: "tflite",
    precision: "f32",
    io: "float",
    input: "normalized",
    calibrationImages: 1,
    softmax: false,
    ...over,
  };
  const error: unknown = await exportNetwork("None(", { reslink: true, out: "/nowhere", ...options } as ExportOptions)
    .then(() => assert.fail("it was written"), (error) => error);
  return error instanceof UsageError ? error.message : "passed";
}

Deno.test("options of an export that contradict each other are refused", async () => {
  const onnx = { format: "onnx" } as const;
  assert.equal(await said({ io: "int8" }), "Cannot take 8-bit images into f32: --io");
  assert.equal(await said({ io: "int8", precision: "dynamic" }), "Cannot take 8-bit images into dynamic: --io");
  assert.equal(await said({ ...onnx, precision: "f16" }), "Cannot export onnx in f16: only in f32");
  assert.equal(
    await said({ io: "int8", precision: "int8", input: "uint8" }),
    "Cannot take both --io int8 and --input uint8",
  );
  assert.equal(await said({ ...onnx, normalize: "cifar" }), "Cannot put --normalize into an onnx file");
  assert.equal(await said({ calibration: "random" }), "Cannot calibrate f32: only int8 takes --calibration");
  assert.equal(await said({ ...onnx, labels: "l.txt" }), "Cannot put --labels into an onnx file");
});

Deno.test("each of them is taken where it has a meaning", async () => {
  const int8 = { precision: "int8", calibration: "random" } as const;
  for (
    const options of [{}, int8, { ...int8, io: "int8" }, { precision: "f16" }, { labels: "l" }, { format: "onnx" }]
  ) {
    assert.equal(await said(options as Partial<ExportOptions>), "passed", JSON.stringify(options));
  }
});
