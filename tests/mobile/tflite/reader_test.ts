/** The reader: anyone's files, and anything that calls itself one. */
import assert from "node:assert/strict";
import { lintGraph, MobileError, readLiteFile } from "@zennas/zennas/mobile";
import type { TensorType } from "../../../mobile/tflite/schema.ts";
import { writeLiteModel } from "../../../mobile/tflite/writer.ts";
import { exported, network } from "../networks.ts";

const DATA = Deno.env.get("ZENNAS_DATA") ?? new URL("../../../../shared/data", import.meta.url).pathname;
const FOLDER = `${DATA}/tflite`;
const thirdParty = {
  "coral_mobilenet_v1_0.25_128_quant.tflite": { operators: 31, input: "UINT8", leaving: 0 },
  "mlperf_tiny_pretrainedResnet.tflite": { operators: 16, input: "FLOAT32", leaving: 0 },
  "mlperf_tiny_pretrainedResnet_quant.tflite": { operators: 16, input: "INT8", leaving: 2 },
};

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test({
  name: "files of other converters are read whole",
  ignore: !await exists(FOLDER), // these files are not part of the repository
  fn: async () => {
    for (const [name, expected] of Object.entries(thirdParty)) {
      const file = readLiteFile(await Deno.readFile(`${FOLDER}/${name}`)), graph = file.graphs[0]!;
      assert.equal(file.version, 3, name);
      assert.equal(graph.operators.length, expected.operators, name);
      assert.equal(graph.tensors[graph.inputs[0]!]!.type, expected.input, name);
      assert(graph.operators.every((operator) => !operator.name.startsWith("OP_")), name);
    }
  },
});

/** Reads bytes; fails unless they are a model or a named error. */
function readOrReject(bytes: Uint8Array): "read" | "rejected" {
  try {
    const file = readLiteFile(bytes);
    file.graphs.forEach(lintGraph);
    return "read";
  } catch (error) {
    assert(error instanceof MobileError && error.code === "MODEL_CORRUPT", `${error}`);
    return "rejected";
  }
}

Deno.test("a file that ends early is rejected at every length", async () => {
  const bytes = await exported(network("ConvKX(3,2,1,1)", { classes: 2 }), "int8");
  for (let length = 0; length < bytes.length; length++) {
    assert.equal(readOrReject(bytes.subarray(0, length)), "rejected", `${length} of ${bytes.length} bytes`);
  }
  assert.equal(readOrReject(bytes), "read");
});

Deno.test("a file with any one bit flipped is read or rejected, and never hangs", async () => {
  const bytes = await exported(network("ConvKX(3,2,1,1)", { classes: 2 }), "int8");
  const outcomes = { read: 0, rejected: 0 };
  for (let offset = 0; offset < bytes.length; offset++) {
    for (let bit = 0; bit < 8; bit++) {
      bytes[offset]! ^= 1 << bit;
      outcomes[readOrReject(bytes)]++;
      bytes[offset]! ^= 1 << bit;
    }
  }
  assert(outcomes.read > 0 && outcomes.rejected > 0, JSON.stringify(outcomes));
});

Deno.test("other files are no models", () => {
  assert.throws(() => readLiteFile(new Uint8Array(0)), { code: "MODEL_CORRUPT" });
  assert.throws(() => readLiteFile(new TextEncoder().encode("zennas is no model")), /it is no TFL3 file/);
});

/** Bytes of an element of each type whose tensors are plain arrays. */
const elementBytes = { FLOAT32: 4, FLOAT16: 2, INT32: 4, UINT8: 1, INT64: 8, INT16: 2, INT8: 1, BOOL: 1 } as const;

/** A file with a constant `[3]` of a type, of so many bytes. */
function constantOf(type: TensorType, bytes: number): Uint8Array {
  const data = new Uint8Array(bytes).fill(1) as Uint8Array & Int8Array; // bytes, whatever the type
  const model = { tensors: [{ name: "c", shape: [3], type, data }], operators: [], input: 0, output: 0 };
  return writeLiteModel(model, { signature: { input: "c", output: "c" } });
}

Deno.test("a constant has as many bytes as its shape and type need", () => {
  for (const [type, size] of Object.entries(elementBytes)) {
    const [tensor] = readLiteFile(constantOf(type as TensorType, 3 * size)).graphs[0]!.tensors;
    assert.deepEqual([tensor!.type, tensor!.data!.length], [type, 3 * size]);
    for (const bytes of [3 * size - 1, 3 * size + 1]) {
      const reason = new RegExp(`c needs ${3 * size} bytes for ${type} \\[3\\], and has ${bytes}`);
      assert.throws(() => readLiteFile(constantOf(type as TensorType, bytes)), reason);
    }
  }
  assert.equal(readLiteFile(constantOf("STRING", 5)).graphs[0]!.tensors[0]!.data!.length, 5);
});
