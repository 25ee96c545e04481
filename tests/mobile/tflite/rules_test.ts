/** Padding forms, operator versions, and what delegates leave. */
import assert from "node:assert/strict";
import { type FileOperator, type FileTensor, lintGraph, readLiteFile } from "@zennas/zennas/mobile";
import { gpuVersions, xnnpackFloat, xnnpackQuantized } from "../../../mobile/tflite/delegates.ts";
import type { LiteOperator, LiteTensor } from "../../../mobile/tflite/model.ts";
import { type OperatorName, operatorNames } from "../../../mobile/tflite/operators.ts";
import { operatorVersion } from "../../../mobile/tflite/versions.ts";
import { paddingForm } from "../../../mobile/tflite/window.ts";
import { exported, network } from "../networks.ts";

Deno.test("padding is SAME where that means the same windows", () => {
  assert.equal(paddingForm([32, 32], { kernel: 3, stride: 1, padding: 1 }), "SAME");
  assert.equal(paddingForm([32, 32], { kernel: 3, stride: 2, padding: 1 }), "PAD");
  assert.equal(paddingForm([33, 33], { kernel: 3, stride: 2, padding: 1 }), "SAME");
  assert.equal(paddingForm([33, 32], { kernel: 3, stride: 2, padding: 1 }), "PAD");
  assert.equal(paddingForm([32, 32], { kernel: 1, stride: 2, padding: 0 }), "VALID");
  assert.equal(paddingForm([5, 5], { kernel: 5, stride: 1, padding: 1 }), "PAD");
  assert.equal(paddingForm([32, 32], { kernel: 3, stride: 2, padding: 0, paddingAfter: 1 }), "SAME");
  assert.equal(paddingForm([32, 32], { kernel: 5, stride: 2, padding: 1, paddingAfter: 2 }), "SAME");
  assert.equal(paddingForm([32, 32], { kernel: 5, stride: 2, padding: 2, paddingAfter: 1 }), "PAD");
  assert.equal(paddingForm([32, 32], { kernel: 3, stride: 1, padding: 0, paddingAfter: 1 }), "PAD");
});

const float: LiteTensor = { name: "float", shape: [1], type: "FLOAT32" };
const half: LiteTensor = { name: "half", shape: [1], type: "FLOAT16" };
const int8 = (scale: number, channels = 1): LiteTensor => ({
  name: "int8",
  shape: [channels],
  type: "INT8",
  quantization: { scales: Array(channels).fill(scale), zeroPoints: Array(channels).fill(0), axis: 0 },
});

Deno.test("operators ask for the oldest version that can do their work", () => {
  const cases: readonly (readonly [LiteOperator["name"], readonly LiteTensor[], LiteTensor, number])[] = [
    ["CONV_2D", [float, float, float], float, 1],
    ["CONV_2D", [float, int8(1, 4), float], float, 5],
    ["CONV_2D", [float, int8(1), float], float, 2],
    ["CONV_2D", [int8(1), int8(1, 4), float], int8(1), 3],
    ["DEPTHWISE_CONV_2D", [float, int8(1, 4), float], float, 6],
    ["DEPTHWISE_CONV_2D", [int8(1), int8(1, 4), float], int8(1), 3],
    ["FULLY_CONNECTED", [float, int8(1), float], float, 9],
    ["FULLY_CONNECTED", [int8(1), int8(1), float], int8(1), 4],
    ["FULLY_CONNECTED", [int8(1), int8(1, 4), float], int8(1), 12],
    ["MUL", [float, float], float, 1],
    ["MUL", [int8(0.5), int8(0.5)], int8(1), 2],
    ["MUL", [int8(2), int8(2)], int8(1), 3],
    ["MEAN", [int8(1)], int8(1), 2],
    ["RESHAPE", [int8(1)], int8(1), 1],
    ["QUANTIZE", [float], int8(1), 1],
    ["QUANTIZE", [int8(1)], int8(2), 2],
    ["DEQUANTIZE", [half], float, 3],
    ["DEQUANTIZE", [int8(1)], float, 2],
  ];
  for (const [name, inputs, output, version] of cases) {
    const tensors = [...inputs, output];
    const operator = { name, inputs: inputs.map((_, index) => index), outputs: [inputs.length] };
    assert.equal(operatorVersion(operator, tensors), version, `${name} ${inputs.map(({ type }) => type)}`);
  }
});

async function findings(text: string, precision: "f32" | "dynamic" | "int8") {
  return lintGraph(readLiteFile(await exported(network(text, { squeezeExcite: true }), precision)).graphs[0]!);
}

Deno.test("lint names what leaves a delegate, and depthwise windows without a fast kernel", async () => {
  assert.deepEqual(await findings("SuperConvK3BNRELU(3,8,2,1)SuperResIDWE4K5(8,16,2,8,1)", "int8"), []);
  const slow = await findings("SuperConvK3BNRELU(3,8,2,1)SuperResIDWE4K7(8,16,2,8,1)", "f32");
  assert(slow.length > 0 && slow.every(({ effect, name }) => effect === "slow" && name === "DEPTHWISE_CONV_2D"));
  assert.deepEqual(await findings("SuperConvK3BNRELU(3,8,2,1)SuperResIDWE4K5(8,16,2,8,1)", "dynamic"), []);
  const alone = await findings("ConvKX(3,8,3,1)MaxPool(8,3,1)RELU(8)", "int8");
  assert.deepEqual(alone.map(({ name, delegate }) => [name, delegate]), [["RELU", "XNNPACK"]]);
  const padded = await findings("ConvKX(3,8,3,1)MaxPool(8,3,2)", "f32");
  assert.deepEqual(padded.map(({ name, delegate }) => [name, delegate]), [["PADV2", "XNNPACK"]]);
  const branches = Array(6).fill("RELU(8)").join(";");
  const wide = await findings(`ConvKX(3,8,3,1)MultiCatBlock(${branches})RELU(48)`, "f32");
  assert.match(wide.find(({ name }) => name === "CONCATENATION")!.reason, /at most 5 tensors: got 6/);
});

/** What a graph of one operator is found to do. */
function lintOf(operator: Pick<FileOperator, "name" | "version">, tensors: readonly FileTensor[]) {
  const inputs = [...tensors.keys()].slice(0, -1), outputs = [tensors.length - 1];
  const found = lintGraph({
    name: "",
    tensors,
    inputs,
    outputs,
    operators: [{ ...operator, custom: false, inputs, outputs, options: {} }],
  });
  return found.map(({ delegate, reason }) => `${delegate}: ${reason}`);
}

Deno.test("dynamic range stores depthwise windows over 5 × 5 in 8 bits, and smaller ones in float32", async () => {
  for (const [block, type] of [["SuperResIDWE4K7", "INT8"], ["SuperResIDWE4K5", "FLOAT32"]] as const) {
    const text = `SuperConvK3BNRELU(3,8,2,1)${block}(8,16,2,8,1)`;
    const { operators, tensors } = readLiteFile(await exported(network(text), "dynamic")).graphs[0]!;
    const depthwise = operators.filter(({ name }) => name === "DEPTHWISE_CONV_2D");
    assert(depthwise.length > 0 && depthwise.every(({ inputs }) => tensors[inputs[1]!]!.type === type), block);
  }
});

Deno.test("a custom operator that XNNPACK knows stays on it, and others leave", () => {
  const custom = (name: string) => ({ name, version: 1, custom: true, inputs: [], outputs: [], options: {} });
  const graph = { name: "", tensors: [], inputs: [], outputs: [] };
  const leaving = (name: string) =>
    lintGraph({ ...graph, operators: [custom(name)] }).filter(({ delegate }) => delegate === "XNNPACK").length;
  assert.deepEqual([leaving("Convolution2DTransposeBias"), leaving("Another")], [0, 1]);
});

Deno.test("lint knows versions, dimensions and scales that delegates do not take", () => {
  const f: FileTensor = { name: "f", shape: [1, 2, 2, 4], type: "FLOAT32" };
  const q = (scale: number): FileTensor => ({ ...f, type: "INT8", quantization: int8(scale).quantization! });
  const dense = (version: number) => lintOf({ name: "FULLY_CONNECTED", version }, [f, f, f]);
  assert.deepEqual(dense(9), []);
  assert.deepEqual(dense(12), ["GPU: the delegate knows it up to version 9: got 12"]);
  const deep = lintOf({ name: "RESHAPE", version: 1 }, [f, { ...f, shape: [1, 1, 2, 2, 4] }]);
  assert.deepEqual(deep, ["GPU: the delegate takes tensors of up to 4 dimensions"]);
  const sum = (scale: number) => lintOf({ name: "ADD", version: 2 }, [q(1), q(1), q(scale)]);
  assert.deepEqual([sum(1), sum(1 / 255)], [[], []]);
  assert.deepEqual(sum(1 / 256), ["XNNPACK: its inputs' scales are too far from its output's"]);
  const largest = lintOf({ name: "MAXIMUM", version: 1 }, [q(1), q(1), q(1)]);
  assert.deepEqual(largest, ["XNNPACK: the delegate knows it in float32 only"]);
});

Deno.test("operators have the schema's numbers, and lint speaks of those", () => {
  const numbers = { CONV_2D: 3, MEAN: 40, HARD_SWISH: 117, GELU: 150, RIGHT_SHIFT: 161 } as const;
  for (const [name, number] of Object.entries(numbers)) assert.equal(operatorNames[number], name);
  for (const name of [...gpuVersions.keys(), ...xnnpackFloat, ...xnnpackQuantized]) {
    assert(operatorNames.includes(name as OperatorName), name);
  }
});
