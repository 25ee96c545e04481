/** What cannot be exported has a named error and a hint. */
import assert from "node:assert/strict";
import { GraphBuilder } from "@zennas/zennas";
import {
  exportOnnx,
  exportTflite,
  type KnownNetwork,
  MobileError,
  type MobileErrorCode,
  provenanceOf,
} from "@zennas/zennas/mobile";
import { writeLiteModel } from "../../mobile/tflite/writer.ts";
import { exported, network } from "./networks.ts";

const TEXT = "SuperConvK3BNRELU(3,8,2,1)", NORM = "module_list.0.module_list.1.netblock";

/** The network with one value of a parameter replaced. */
function damaged(name: string, value: number): KnownNetwork {
  const of = network(TEXT), values = of.values[name]!.with(1, value);
  return { ...of, values: { ...of.values, [name]: values } };
}

async function rejects(code: MobileErrorCode, action: () => Promise<unknown>): Promise<MobileError> {
  const error = await action().then(() => assert.fail("it went through"), (reason: unknown) => reason);
  assert(error instanceof MobileError, `${error}`);
  assert.equal(error.code, code);
  assert(error.hint.length > 0);
  return error;
}

const f32 = { precision: "f32", producer: "test" } as const;

Deno.test("damaged weights name the tensor and the value", async () => {
  const weight = "module_list.0.module_list.0.netblock.weight";
  const error = await rejects("EXPORT_NONFINITE", () => exportTflite(damaged(weight, NaN), f32));
  assert.deepEqual({ tensor: error.data["tensor"], index: error.data["index"] }, { tensor: weight, index: 1 });
  await rejects("EXPORT_BN_VAR", () => exportTflite(damaged(`${NORM}.running_var`, -1), f32));
  await rejects("EXPORT_F16_OVERFLOW", () => exportTflite(damaged(weight, 1e6), { ...f32, precision: "f16" }));
});

Deno.test("int8 needs images, and a network that answers", async () => {
  await rejects("EXPORT_CALIBRATION_MISSING", () => exportTflite(network(TEXT), { ...f32, precision: "int8" }));
  const of = network(TEXT), silent = (name: string) => of.values[name]!.map(() => 0);
  const names = ["fc_linear.netblock.weight", "fc_linear.netblock.bias"];
  const values = { ...of.values, ...Object.fromEntries(names.map((name) => [name, silent(name)])) };
  await rejects("EXPORT_CALIBRATION_DEGENERATE", () => exported({ ...of, values }, "int8"));
});

Deno.test("operations without a form say why", async () => {
  const of = network("ConvKX(3,8,3,1)AdaptiveAvgPool(8,3)");
  await rejects("EXPORT_UNSUPPORTED_OP", () => exportTflite(of, f32));
  await rejects("EXPORT_UNSUPPORTED_OP", () => Promise.try(() => exportOnnx(of, { producer: "test" })));
  const builder = new GraphBuilder();
  const image = builder.add("input", [], { name: "input", shape: [1, 16, 16, 3] });
  const { graph } = { graph: builder.build([builder.add("sum", [image], {})]) };
  const error = await rejects("EXPORT_UNSUPPORTED_OP", () => exportTflite({ ...of, graph, values: {} }, f32));
  assert.equal(error.data["op"], "sum");
});

Deno.test("a file of more than 2 GiB is refused before it is made", async () => {
  const data = new Float32Array(2 ** 24), tensor = { name: "x", shape: [data.length], type: "FLOAT32", data } as const;
  const model = { tensors: Array.from({ length: 33 }, () => tensor), operators: [], input: 0, output: 0 };
  await rejects(
    "EXPORT_TOO_LARGE",
    () => Promise.try(() => writeLiteModel(model, { signature: { input: "x", output: "x" } })),
  );
});

Deno.test("a file without provenance cannot be verified", async () => {
  await rejects("MODEL_CORRUPT", () => Promise.try(() => provenanceOf(new Uint8Array(8))));
});
