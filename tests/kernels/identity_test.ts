import assert from "node:assert/strict";
import { deviceIdentity } from "../../kernels/identity.ts";

Deno.test("a processor is told by its arithmetic and kernels, not by its name; an adapter by its name too", async () => {
  const cpu = { backend: "cpu", name: "A", details: "fused multiply-add, x86_64" } as const;
  const identity = await deviceIdentity(cpu);
  assert.deepEqual(Object.keys(identity), ["device", "arithmetic", "kernels"]);
  assert.match(identity.kernels!, /^cpu f32 [0-9a-f]{16}$/);
  assert.deepEqual(await deviceIdentity({ ...cpu, name: "B" }), identity);
  assert.notDeepEqual(await deviceIdentity({ ...cpu, details: "separate multiply-add, x86_64" }), identity);
  const gpu = { backend: "webgpu", name: "A", details: "ada, f32" } as const;
  for (const other of [{ ...gpu, name: "B" }, { ...gpu, details: "ada, f16" }, cpu]) {
    assert.notDeepEqual(await deviceIdentity(other), await deviceIdentity(gpu));
  }
});
