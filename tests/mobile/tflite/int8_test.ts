/** Scales, zero points and biases of 8-bit models, against figures worked out by hand. */
import assert from "node:assert/strict";
import { openBackend } from "@zennas/zennas";
import { imageNode, imageShape, MobileError, readLiteFile } from "@zennas/zennas/mobile";
import type { LiteModel, LiteOperator, LiteTensor } from "../../../mobile/tflite/model.ts";
import { calibrate } from "../../../mobile/tflite/precision/calibrate.ts";
import { withInt8 } from "../../../mobile/tflite/precision/int8.ts";
import {
  activationQuantization,
  quantizeActivation,
  quantizeWeight,
  type Range,
} from "../../../mobile/tflite/precision/quantize.ts";
import { writeLiteModel } from "../../../mobile/tflite/writer.ts";
import { network } from "../networks.ts";

Deno.test("an activation's range is stored as −128 … 127, its zero as the zero point", () => {
  const cases: readonly (readonly [range: Range, scale: number, zeroPoint: number])[] = [
    [{ lowest: -28, highest: 227 }, 1, -100],
    [{ lowest: -200, highest: 55 }, 1, 72],
    [{ lowest: -16, highest: 47.75 }, 0.25, -64],
    [{ lowest: 0, highest: 510 }, 2, -128],
    [{ lowest: -255, highest: 0 }, 1, 127],
  ];
  for (const [range, scale, zeroPoint] of cases) {
    const quantization = activationQuantization(range), { lowest, highest } = range;
    assert.deepEqual(quantization, { scales: [scale], zeroPoints: [zeroPoint], axis: 0 });
    const values = Float32Array.of(lowest, 0, scale, highest, lowest - 1000, highest + 1000);
    const stored = [-128, zeroPoint, Math.min(127, zeroPoint + 1), 127, -128, 127];
    assert.deepEqual([...quantizeActivation(values, quantization)], stored, `${lowest} … ${highest}`);
  }
  // −128 + 1/(4/255) = −64.25, to the nearest integer.
  assert.deepEqual(activationQuantization({ lowest: -1, highest: 3 }).zeroPoints, [-64]);
  assert.deepEqual(activationQuantization({ lowest: 0, highest: 0 }), {
    scales: [2 ** -10],
    zeroPoints: [-128],
    axis: 0,
  });
});

Deno.test("a weight is stored around a zero point of 0, whatever its range", () => {
  const positive = quantizeWeight(Float32Array.of(0, 1, 254), { shape: [1, 3] });
  assert.deepEqual(positive, {
    data: Int8Array.of(0, 1, 127),
    quantization: { scales: [2], zeroPoints: [0], axis: 0 },
  });
  const rows = quantizeWeight(Float32Array.of(-127, 3, 63.5, -1), { shape: [2, 1, 1, 2], axis: 0 });
  assert.deepEqual(rows.quantization, { scales: [1, 0.5], zeroPoints: [0, 0], axis: 0 });
  assert.deepEqual([...rows.data], [-127, 3, 127, -2]);
  const depthwise = quantizeWeight(Float32Array.of(-127, 3, 63.5, -1), { shape: [1, 1, 2, 2], axis: 3 });
  assert.deepEqual(depthwise.quantization.zeroPoints, [0, 0]);
  assert.deepEqual([...depthwise.data], [-127, 127, 64, -42]);
});

/** A layer of one input and two output channels between known ranges, in 8 bits, and a sigmoid behind it. */
function quantizedLayer(name: "CONV_2D" | "FULLY_CONNECTED", biases: readonly number[]): LiteModel {
  const convolution = name === "CONV_2D";
  const options: LiteOperator["options"] = convolution
    ? { table: "Conv2DOptions", padding: 1, strideW: 1, strideH: 1 }
    : { table: "FullyConnectedOptions" };
  const shape = (channels: number) => convolution ? [1, 1, 1, channels] : [1, channels];
  const weight = { shape: convolution ? [2, 1, 1, 1] : [2, 1], data: Float32Array.of(127, -63.5) };
  const model: LiteModel = {
    tensors: [
      { name: "x", shape: shape(1), type: "FLOAT32", node: 0 },
      { name: "weight", type: "FLOAT32", ...weight },
      { name: "bias", shape: [2], type: "FLOAT32", data: Float32Array.from(biases) },
      { name: "y", shape: shape(2), type: "FLOAT32", node: 1 },
      { name: "z", shape: shape(2), type: "FLOAT32", node: 2 },
    ],
    operators: [
      { name, inputs: [0, 1, 2], outputs: [3], options },
      { name: "LOGISTIC", inputs: [3], outputs: [4] },
    ],
    input: 0,
    output: 4,
  };
  const ranges = new Map([
    [0, { lowest: -56, highest: 454 }],
    [1, { lowest: -400, highest: 110 }],
    [2, { lowest: 0, highest: 0.9 }],
  ]);
  return withInt8(model, { ranges, io: "int8" });
}

Deno.test("a file of 8-bit integers says the scales and zero points of its ranges", () => {
  const bytes = writeLiteModel(quantizedLayer("CONV_2D", [10, -7]), { signature: { input: "x", output: "z" } });
  const { tensors } = readLiteFile(bytes).graphs[0]!;
  const stored = Object.fromEntries(
    tensors.map(({ name, type, quantization }) => [name, [type, quantization!.scales, quantization!.zeroPoints]]),
  );
  assert.deepEqual(stored, {
    x: ["INT8", [2], [-100]],
    weight: ["INT8", [1, 0.5], [0, 0]],
    bias: ["INT32", [2, 1], [0, 0]],
    y: ["INT8", [2], [72]],
    z: ["INT8", [1 / 256], [-128]],
  });
  const bias = tensors.find(({ name }) => name === "bias")!.data!;
  assert.deepEqual([...new Int32Array(bias.slice().buffer)], [5, -7]);
});

Deno.test("a bias too large for 32 bits widens its weight's scale, and is stored with room for the sum", () => {
  const convolution = quantizedLayer("CONV_2D", [-(2 ** 33), -7]).tensors;
  assert.deepEqual(convolution[1]!.quantization!.scales, [4, 0.5]);
  assert.deepEqual(convolution[1]!.data, Int8Array.of(32, -127));
  assert.deepEqual(convolution[2]!.data, Int32Array.of(-(2 ** 30), -7));
  const linear = quantizedLayer("FULLY_CONNECTED", [-7, -(2 ** 33)]).tensors;
  assert.deepEqual(linear[1]!.quantization!.scales, [4]);
  assert.deepEqual(linear[1]!.data, Int8Array.of(32, -16));
  assert.deepEqual(linear[2]!.data, Int32Array.of(-1, -(2 ** 30)));
  assert.deepEqual(linear[2]!.quantization!.scales, [8]);
});

Deno.test("calibration takes the least and the greatest of all images", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  const of = network("RELU(3)"), image = imageNode(of.graph);
  const relu = of.graph.nodes.findIndex(({ op }) => op === "relu");
  const filled = (value: number): Float32Array => new Float32Array(imageShape(of).reduce((a, b) => a * b)).fill(value);
  const ranges = await calibrate(of, { backend, images: [1, 5, -3, 2].map(filled) });
  assert.deepEqual(ranges.get(image), { lowest: -3, highest: 5 });
  assert.deepEqual(ranges.get(relu), { lowest: 0, highest: 5 });
});

Deno.test("calibration without an image is refused", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  await assert.rejects(calibrate(network("RELU(3)"), { backend, images: [] }), { code: "EXPORT_CALIBRATION_MISSING" });
});

/** x and a constant beside each other, and what calibration saw of x and of both. */
function joined(ranges: readonly (readonly [lowest: number, highest: number] | undefined)[]): LiteModel {
  const float = (name: string, channels: number): LiteTensor => ({ name, shape: [1, channels], type: "FLOAT32" });
  const model: LiteModel = {
    tensors: [{ ...float("x", 1), node: 0 }, { ...float("constant", 1), data: Float32Array.of(255) }, {
      ...float("y", 2),
      node: 1,
    }],
    operators: [{ name: "CONCATENATION", inputs: [0, 1], outputs: [2], options: { table: "ConcatenationOptions" } }],
    input: 0,
    output: 2,
  };
  const known = ranges.flatMap((range, node) =>
    range ? [[node, { lowest: range[0], highest: range[1] }] as const] : []
  );
  return withInt8(model, { ranges: new Map(known), io: "int8" });
}

Deno.test("tensors are joined in one scale: those with another scale or another zero point are converted", () => {
  // The constant has a scale of 1 and a zero point of -128.
  const conversions = (x: readonly [number, number], y: readonly [number, number]) =>
    joined([x, y]).operators.filter(({ name }) => name === "QUANTIZE").map(({ inputs }) => inputs);
  assert.deepEqual(conversions([0, 255], [0, 255]), []);
  assert.deepEqual(conversions([-55, 200], [0, 255]), [[0]]);
  assert.deepEqual(conversions([0, 510], [0, 255]), [[0]]);
  assert.deepEqual(conversions([-55, 200], [-55, 200]), [[1]]);
});

Deno.test("a tensor that calibration did not see is named", () => {
  for (const [ranges, name] of [[[undefined, [0, 1]], "x"], [[[0, 1], undefined], "y"]] as const) {
    assert.throws(() => joined(ranges), (error) => {
      assert.ok(error instanceof MobileError && error.code === "EXPORT_CALIBRATION_MISSING");
      return error.message === `Cannot quantise ${name} as calibration did not see it`;
    });
  }
});
