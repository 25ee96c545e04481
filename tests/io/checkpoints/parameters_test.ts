import assert from "node:assert/strict";
import {
  type Checkpoint,
  CheckpointError,
  compareParameters,
  elementCount,
  fedParameters,
  fillByName,
  filledParameters,
  fittingNetworks,
  GraphBuilder,
  learnableCount,
  lowerStructure,
  Network,
  openCheckpoint,
  openCheckpointBytes,
  type Parameter,
  parameterCount,
  parseStructure,
  publishedParameters,
  readParameters,
  zooNames,
} from "@zennas/zennas";
import stateDicts from "../../fixtures/state_dict.json" with { type: "json" };
import { storedShape } from "../../../core/io/checkpoints/parameters.ts";
import { contents, fixturePath, safetensorsFile } from "./files.ts";

/** The tensors that PyTorch's model of this name has, by name. */
function described(list: readonly (readonly [string, readonly number[]])[]) {
  return new Map(list.map(([name, shape]) => [name, { name, shape, dtype: "f32" } as const]));
}

/** A network of one convolution with normalisation, as tests/fixtures/checkpoints/make.py has it. */
const tiny: readonly Parameter[] = [
  { name: "conv.weight", shape: [4, 3, 3, 3], role: "conv_weight" },
  { name: "conv.bias", shape: [4], role: "bias" },
  { name: "norm.weight", shape: [4], role: "norm_weight" },
  { name: "norm.bias", shape: [4], role: "norm_bias" },
  { name: "norm.running_mean", shape: [4], role: "running_mean" },
  { name: "norm.running_var", shape: [4], role: "running_variance" },
];

for (const name of ["whole.pt", "training.th", "protocol5.pt"]) {
  Deno.test(`${name} gives its network's parameters, channels last`, () => {
    using checkpoint = openCheckpoint(fixturePath(name));
    const values = readParameters(checkpoint, tiny), stored = contents[name]!;
    assert.deepEqual(Object.keys(values), tiny.map((parameter) => parameter.name));
    assert.deepEqual([...values["norm.running_var"]!], stored["norm.running_var"]!.values);
    for (let o = 0; o < 4; o++) {
      for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 3; column++) {
          for (let i = 0; i < 3; i++) {
            const ours = values["conv.weight"]![((o * 3 + row) * 3 + column) * 3 + i];
            assert.equal(ours, stored["conv.weight"]!.values[((o * 3 + i) * 3 + row) * 3 + column]);
          }
        }
      }
    }
  });
}

Deno.test("weights in half precision become float32", () => {
  using checkpoint = openCheckpoint(fixturePath("dtypes.pt"));
  const names = ["float16", "bfloat16", "float64"];
  const tensors = new Map([...checkpoint.tensors].filter(([name]) => names.includes(name)));
  const parameters = names.map((name) => ({ name, shape: [4], role: "bias" } as const));
  const values = readParameters({ ...checkpoint, tensors }, parameters);
  for (const name of names) assert.deepEqual([...values[name]!], [0, 1, 2.5, 100]);
});

Deno.test("weights that were filled in PyTorch's order become those that we fill, for every kind of layer", () => {
  const builder = new GraphBuilder(), input = builder.add("input", [], { name: "input", shape: [1, 32, 32, 3] });
  const network = new Network({ builder, mode: "inference", parameters: fedParameters() }), { parameters } = network;
  const structure = parseStructure("SuperConvK3BNRELU(3,8,2,1)SuperResIDWE2K5(8,16,2,8,1)SuperResK3K3(16,8,1,8,1)");
  lowerStructure(structure, network, { input, classes: 10, resolution: 32, squeezeExcite: true });
  const filled = parameters.map(({ name, shape }) => fillByName(name, elementCount(shape)));
  using checkpoint = fileOf(Object.fromEntries(parameters.map((it) => [it.name, storedShape(it)])), { values: filled });
  const ours = filledParameters(parameters, () => ({ scale: 1, shift: 0 }));
  assert.deepEqual(readParameters(checkpoint, parameters), ours);
});

Deno.test("all four published state dicts fit their network, and no other", () => {
  for (const [name, list] of Object.entries(stateDicts)) {
    assert.deepEqual(fittingNetworks(described(list as [string, number[]][])), [name]);
  }
});

Deno.test("each of the published networks fits the weights that it should have, and no other", () => {
  for (const name of zooNames) {
    const list = publishedParameters(name).map((parameter) => [parameter.name, storedShape(parameter)] as const);
    assert.deepEqual(fittingNetworks(described(list)), [name]);
  }
});

Deno.test("learnable values are counted as networks count them", () => {
  for (const [name, list] of Object.entries(stateDicts)) {
    const tensors = described(list as [string, number[]][]);
    assert.equal(learnableCount(tensors), parameterCount(publishedParameters(name)));
  }
});

/** A file with tensors of these shapes: zeros unless they are told. */
function fileOf(
  tensors: Readonly<Record<string, readonly number[]>>,
  { type = "F32", values = [] }: { readonly type?: string; readonly values?: readonly Float32Array[] } = {},
): Checkpoint {
  let end = 0;
  const fields = Object.entries(tensors).map(([name, shape]) => {
    const offsets = [end, end += 4 * elementCount(shape)];
    return [name, { dtype: type, shape, data_offsets: offsets }];
  });
  const data = new Float32Array(end / 4);
  values.reduce((at, some) => (data.set(some, at), at + some.length), 0);
  const header = JSON.stringify(Object.fromEntries(fields));
  return openCheckpointBytes(safetensorsFile(header, new Uint8Array(data.buffer)), "made up");
}

/** The error of reading a file as the tiny network. */
function refusal(checkpoint: Checkpoint): CheckpointError {
  try {
    readParameters(checkpoint, tiny);
  } catch (error) {
    if (error instanceof CheckpointError) return error;
    throw error;
  }
  throw new Error("it was read");
}

const right = Object.fromEntries(tiny.map((parameter) => [parameter.name, storedShape(parameter)]));

Deno.test("counts of batches are left out", () => {
  readParameters(fileOf({ ...right, "norm.num_batches_tracked": [] }), tiny);
});

Deno.test("what is missing, unexpected, of another shape or type is listed in one error", () => {
  const { "conv.bias": _, ...some } = right;
  const error = refusal(fileOf({ ...some, "fc.weight": [2, 2], "conv.weight": [4, 3, 3, 2] }));
  assert.equal(error.kind, "missing");
  assert.deepEqual(error.mismatch, {
    missing: ["conv.bias"],
    unexpected: ["fc.weight"],
    wrongShape: ["conv.weight"],
    wrongType: [],
  });
  assert.match(
    error.message,
    /1 missing: "conv\.bias"; 1 unexpected: "fc\.weight"; 1 of another shape: "conv\.weight" is \[4, 3, 3, 2\], not \[4, 3, 3, 3\]/,
  );
  assert.deepEqual(error.names, ["conv.bias", "fc.weight", "conv.weight"]);
});

Deno.test("the kind is that of the first thing wrong", () => {
  assert.equal(refusal(fileOf({ ...right, more: [1] })).kind, "unexpected");
  assert.equal(refusal(fileOf({ ...right, "conv.bias": [5] })).kind, "shape");
  const integers = refusal(fileOf(right, { type: "I32" }));
  assert.deepEqual([integers.kind, integers.mismatch!.wrongType.length], ["dtype", 6]);
  assert.match(integers.message, /6 no fractions: "conv\.weight" is i32, .*, and 1 more/);
});

Deno.test("a convolution in our own order of dimensions is of another shape", () => {
  const parameters = [{ name: "a", shape: [2, 3, 3, 4], role: "conv_weight" }] as const;
  const tensors = new Map([["a", { name: "a", shape: [2, 3, 3, 4], dtype: "f32" } as const]]);
  assert.deepEqual(compareParameters(tensors, parameters).wrongShape, ["a"]);
});
