/** What the WebGPU backend's states do. */
import assert from "node:assert/strict";
import { openWebGpu } from "../../kernels/mod.ts";
import { stateCases } from "../graph/state_cases.ts";
import { webGpuTest } from "./webgpu.ts";

for (const precision of ["f32", "f16"] as const) {
  const needs = precision === "f16" ? { feature: "shader-f16" } : {};
  webGpuTest(`states on WebGPU in ${precision}`, async (t) => {
    await using backend = await openWebGpu({ precision });
    for (const [name, check] of Object.entries(stateCases)) await t.step(name, () => check(backend));
    assert.ok((await backend.usage()).groups > 0);
  }, needs);
}
