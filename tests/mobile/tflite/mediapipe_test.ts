/** A published model of another maker, from its npm package: float16 weights, gates, hard swish, resizing. */
import assert from "node:assert/strict";
import { openLiteRt, readLiteFile } from "@zennas/zennas/mobile";
// Names the package without running its script, which is for browsers.
import manifest from "@mediapipe/selfie_segmentation/package.json" with { type: "json" };

const folder = import.meta.resolve("@mediapipe/selfie_segmentation/package.json");

Deno.test("MediaPipe's selfie segmentation is read and runs", async () => {
  assert.equal(manifest.license, "Apache-2.0");
  const bytes = await Deno.readFile(new URL("selfie_segmentation.tflite", folder)),
    graph = readLiteFile(bytes).graphs[0]!;
  const names = new Set(graph.operators.map(({ name }) => name));
  for (const name of ["HARD_SWISH", "DEQUANTIZE", "RESIZE_BILINEAR"]) assert(names.has(name), name);
  const stored = graph.tensors.filter(({ data }) => data), halves = stored.filter(({ type }) => type === "FLOAT16");
  assert(halves.length > 10, `${halves.length} of ${stored.length}`);
  const dequantize = graph.operators.find(({ name }) => name === "DEQUANTIZE")!;
  assert.equal(graph.tensors[dequantize.inputs[0]!]!.type, "FLOAT16");
  using opened = await openLiteRt(bytes);
  const [{ shape } = { shape: [] }] = opened.inputs;
  const [mask] = await opened.run([new Float32Array(shape.reduce((product, extent) => product * extent, 1))]);
  assert(mask!.every((value) => value >= 0 && value <= 1));
});
