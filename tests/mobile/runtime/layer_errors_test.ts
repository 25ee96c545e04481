/** What each layer of a file loses by how its numbers are stored. */
import assert from "node:assert/strict";
import { type Backend, openBackend } from "@zennas/zennas";
import { type KnownNetwork, type LayerError, readLiteFile, verifyLayers, verifyTflite } from "@zennas/zennas/mobile";
import { dequantize, roundedTo } from "../../../mobile/tflite/stored_values.ts";
import { exported, network, testImages } from "../networks.ts";

const structures = {
  "residual blocks": "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)",
  "depthwise convolutions": "SuperConvK3BNRELU(3,8,2,1)SuperResIDWE2K3(8,16,2,8,1)",
  "a normalisation alone": "ConvKX(3,8,3,1)RELU(8)BN(8)ConvKX(8,8,3,1)",
};

/** Names of the layers of a file, by their weights. */
function layersIn(bytes: Uint8Array): string[] {
  const { operators, tensors } = readLiteFile(bytes).graphs[0]!;
  const layers = operators.filter(({ name }) => /CONV|FULLY/.test(name));
  return layers.map(({ inputs }) => tensors[inputs[1]!]!.name.replace(/\/weight$/, ""));
}

const byName = (errors: readonly LayerError[]): Map<string, LayerError> =>
  new Map(errors.map((error) => [error.name, error]));

async function errorsOf(of: KnownNetwork, bytes: Uint8Array, backend: Backend): Promise<readonly LayerError[]> {
  return await verifyLayers(bytes, { backend, images: testImages(of) });
}

for (const [name, text] of Object.entries(structures)) {
  Deno.test(`every layer is measured, its weights and its output, the costliest first: ${name}`, async () => {
    await using backend = await openBackend("cpu", { workers: 1 });
    const of = network(text);
    for (const [precision, least] of [["f16", 60], ["int8", 20]] as const) {
      const bytes = await exported(of, precision), errors = await errorsOf(of, bytes, backend), found = byName(errors);
      for (const layer of layersIn(bytes)) {
        const { weightsDb, outputDb, logitsDb } = found.get(layer)!;
        assert.ok(weightsDb !== null && weightsDb > least + 10, `${precision} ${layer}: weights ${weightsDb} dB`);
        assert.ok(outputDb > least && outputDb < 110, `${precision} ${layer}: output ${outputDb} dB`);
        assert.ok(logitsDb > least - 10, `${precision} ${layer}: logits ${logitsDb} dB`);
      }
      const costs = errors.map(({ logitsDb }) => logitsDb);
      assert.deepEqual(costs, costs.toSorted((a, b) => a - b));
    }
  });
}

Deno.test("a layer's cost is what a file loses where it alone is in fewer bits", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  const of = network(structures["residual blocks"]), images = testImages(of), options = { backend, images };
  for (const precision of ["f16", "dynamic"] as const) {
    const bytes = await exported(of, precision),
      names = layersIn(bytes),
      found = byName(await verifyLayers(bytes, options));
    for (const name of precision === "f16" ? names : []) {
      const alone = await exported(of, precision, { keep: names.filter((other) => other !== name) });
      const { sqnrDb } = await verifyTflite(alone, options);
      assert.ok(
        Math.abs(sqnrDb - found.get(name)!.logitsDb) < 0.5,
        `${name}: ${sqnrDb} dB, not ${found.get(name)!.logitsDb}`,
      );
    }
    const kept = byName(await verifyLayers(await exported(of, precision, { keep: [names[0]!] }), options));
    const none = { weightsDb: Infinity, outputDb: Infinity, logitsDb: Infinity };
    assert.deepEqual(kept.get(names[0]!), { ...found.get(names[0]!)!, ...none });
    assert.deepEqual(kept.get(names[1]!), found.get(names[1]!));
  }
});

Deno.test("a layer that is damaged is the first, and no other is worse than before", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  const of = network(structures["depthwise convolutions"]), bytes = await exported(of, "int8");
  const before = byName(await errorsOf(of, bytes, backend)), copy = bytes.slice();
  const { operators, tensors } = readLiteFile(copy).graphs[0]!;
  const depthwise = operators.find(({ name }) => name === "DEPTHWISE_CONV_2D")!;
  const { name, data } = tensors[depthwise.inputs[1]!]!;
  data!.forEach((byte, index) => data![index] = ((byte << 24) >> 24) / 2); // half of the weight is lost: 6 dB
  const [first, ...others] = await errorsOf(of, copy, backend);
  assert.deepEqual([`${first!.name}/weight`, first!.operator], [name, "DEPTHWISE_CONV_2D"]);
  assert.ok(Math.abs(first!.weightsDb! - 6.02) < 0.3, `${first!.weightsDb} dB`);
  for (const other of others) assert.deepEqual(other, before.get(other.name));
});

Deno.test("values are rounded to a scale about its zero point, and cut off at 8 bits", () => {
  const stored = roundedTo(Float32Array.of(0, 0.6, -0.6, 1000, -1000), { scales: [0.5], zeroPoints: [-28], axis: 0 });
  assert.deepEqual([...stored], [0, 0.5, -0.5, 77.5, -50]);
});

Deno.test("stored integers have the scale of their channel, along any axis", () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6), scaled = { scales: [1, 10], zeroPoints: [0, 1] };
  const first = dequantize(values, { shape: [2, 3], quantization: { ...scaled, axis: 0 } });
  assert.deepEqual([...first], [1, 2, 3, 30, 40, 50]);
  const last = dequantize(values, { shape: [3, 2], quantization: { ...scaled, axis: 1 } });
  assert.deepEqual([...last], [1, 10, 3, 30, 5, 50]);
  assert.equal(dequantize(values, { shape: [6] }), values);
});
