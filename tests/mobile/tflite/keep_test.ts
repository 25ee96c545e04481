/** Layers that stay in float32 in files of fewer bits. */
import assert from "node:assert/strict";
import { compareOutputs, type FileGraph, type FileTensor, readLiteFile } from "@zennas/zennas/mobile";
import { answers, exported, network, oracle, testImages } from "../networks.ts";
import { rejectsWith } from "../rejects.ts";

const of = network("SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)");
const images = testImages(of), expected = images.map((image) => oracle(of, image));

/** Three convolutions, and a classifier behind their mean. */
const chain = network("ConvKX(3,8,3,1)ConvKX(8,8,3,1)ConvKX(8,8,3,1)");

async function sqnr(bytes: Uint8Array): Promise<number> {
  return compareOutputs(expected, await answers(bytes, images)).sqnrDb;
}

const graphOf = (bytes: Uint8Array): FileGraph => readLiteFile(bytes).graphs[0]!;

/** The types of the weights of a file's layers, by the layers' names. */
function weightTypes({ operators, tensors }: FileGraph): Record<string, string> {
  const weights = operators.filter(({ name }) => /CONV|FULLY/.test(name)).map(({ inputs }) => tensors[inputs[1]!]!);
  return Object.fromEntries(weights.map(({ name, type }) => [name.replace(/\/weight$/, ""), type]));
}

/** Operators with the types of what they read and write. */
function steps({ operators, tensors }: FileGraph): string[] {
  const type = (id: number | undefined): string => (tensors[id!] as FileTensor).type;
  return operators.map(({ name, inputs, outputs }) => `${name} ${type(inputs[0])} ${type(outputs[0])}`);
}

const plain = await exported(of, "int8"), names = Object.keys(weightTypes(graphOf(plain)));

Deno.test("each layer of an int8 file can stay in float32, and nothing else does", async () => {
  const least = await sqnr(plain);
  for (const kept of names) {
    const bytes = await exported(of, "int8", { keep: [kept] }), graph = graphOf(bytes);
    const types = Object.fromEntries(names.map((name) => [name, name === kept ? "FLOAT32" : "INT8"]));
    assert.deepEqual(weightTypes(graph), types);
    const found = await sqnr(bytes);
    assert.ok(found > least - 3 && found > 20, `${kept}: ${found} dB, ${least} dB without`);
  }
});

Deno.test("layers that stay in float32 pass values on without conversions", async () => {
  const all = graphOf(await exported(chain, "int8", { keep: ["*"] }));
  const float = "CONV_2D FLOAT32 FLOAT32";
  assert.deepEqual(steps(all).slice(0, 4), [float, float, float, "QUANTIZE FLOAT32 INT8"]);
  const two = Object.keys(weightTypes(all)).slice(1, 3), graph = graphOf(await exported(chain, "int8", { keep: two }));
  const convolutions = steps(graph).filter((step) => step.startsWith("CONV_2D"));
  assert.deepEqual(convolutions, ["CONV_2D INT8 INT8", "CONV_2D FLOAT32 FLOAT32", "CONV_2D FLOAT32 FLOAT32"]);
  const read = new Set([...graph.outputs, ...graph.operators.flatMap(({ inputs }) => inputs)]);
  const written = new Set([...graph.inputs, ...graph.operators.flatMap(({ outputs }) => outputs)]);
  graph.tensors.forEach(({ name, data }, id) => assert.ok(read.has(id) && (data || written.has(id)), name));
});

Deno.test("with every layer in float32, what is left of 8 bits costs little", async () => {
  const answered = testImages(chain), reference = answered.map((image) => oracle(chain, image));
  const found = async (keep: readonly string[]): Promise<number> =>
    compareOutputs(reference, await answers(await exported(chain, "int8", { keep }), answered)).sqnrDb;
  const [none, all] = [await found([]), await found(["*"])];
  assert.ok(all > none + 2, `${all} dB, ${none} dB without`);
});

Deno.test("the last layer stays in float32 whatever the file's output is", async () => {
  const last = names.at(-1)!;
  for (const options of [{ softmax: true }, { io: "int8" }, { softmax: true, io: "int8" }] as const) {
    const graph = graphOf(await exported(of, "int8", { keep: [last], ...options }));
    assert.equal(weightTypes(graph)[last], "FLOAT32");
    assert.equal(graph.tensors[graph.outputs[0]!]!.type, "io" in options ? "INT8" : "FLOAT32");
  }
  assert.ok(await sqnr(await exported(of, "int8", { keep: [last] })) > 20);
});

Deno.test("layers stay in float32 in f16 and dynamic files too", async () => {
  for (const [precision, type] of [["f16", "FLOAT16"], ["dynamic", "INT8"]] as const) {
    const stored = (keep: readonly string[]) =>
      exported(of, precision, { keep }).then((bytes) => graphOf(bytes).tensors);
    const count = (tensors: readonly FileTensor[]) => tensors.filter((tensor) => tensor.type === type).length;
    const [all, some, none] = [await stored([]), await stored([names[0]!]), await stored(["*"])];
    assert.deepEqual([count(some), count(none)], [count(all) - 1, 0]);
  }
});

Deno.test("patterns match names of layers or of their weights, as a whole, and dots are dots", async () => {
  const [first, second] = names as [string, string];
  for (const pattern of [first, `${first}.weight`, `${first.slice(0, 3)}*${first.slice(-3)}`]) {
    assert.equal(weightTypes(graphOf(await exported(of, "dynamic", { keep: [pattern] })))[first], "FLOAT32", pattern);
  }
  const both = weightTypes(graphOf(await exported(of, "dynamic", { keep: [first, second] })));
  assert.deepEqual([both[first], both[second]], ["FLOAT32", "FLOAT32"]);
  for (const pattern of ["nothing", first.slice(0, -1), first.replace("_", "."), "", "*.bias"]) {
    await rejectsWith(() => exported(of, "dynamic", { keep: ["*", pattern] }), "EXPORT_NO_LAYER");
  }
});
