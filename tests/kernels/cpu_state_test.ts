import assert from "node:assert/strict";
import { DeviceLostError, type Graph, GraphBuilder } from "../../core/mod.ts";
import { openCpu } from "../../kernels/mod.ts";
import { stateCases } from "../graph/state_cases.ts";

Deno.test("held by the CPU", async (t) => {
  await using backend = await openCpu({ workers: 2 });
  for (const [name, check] of Object.entries(stateCases)) await t.step(name, () => check(backend));
});

/** w ← w + 1, after a convolution that takes some time. */
function slowStep(): Graph {
  const builder = new GraphBuilder(), w = builder.add("input", [], { name: "w", shape: [3] });
  const x = builder.add("gaussian", [], { shape: [16, 32, 32, 32], stream: 0 });
  const weight = builder.add("gaussian", [], { shape: [32, 3, 3, 32], stream: 1 });
  const y = builder.add("conv2d", [x, weight], { stride: 1, padding: 1, groups: 1 });
  const next = builder.add("affine", [w], { scale: 1, shift: 1 });
  return builder.build([builder.add("sum", [y], {})], [{ name: "w", by: next }]);
}

Deno.test("a worker that crashes fails its run, and held tensors are as before", { sanitizeOps: true }, async () => {
  const teamScript = new URL("./crashing_team_worker.ts", import.meta.url);
  await using backend = await openCpu({ workers: 2, teamScript });
  using state = backend.hold({ w: [3] });
  using program = backend.compile(slowStep(), { state });
  const runs = [1, 13, 2].map((draw) => program.run({ draw }));
  await runs[0];
  await assert.rejects(runs[1]!, { name: "DeviceLostError", message: /crashed: .*out of order/ });
  await runs[2];
  assert.deepEqual([...(await state.read()).w!], [2, 2, 2]);
});

Deno.test("closing fails a run that has begun, and all that comes after", async () => {
  const backend = await openCpu({ workers: 2 });
  using state = backend.hold({ w: [3] });
  using program = backend.compile(slowStep(), { state });
  await program.run();
  const run = program.run(), settled = Promise.allSettled([run, state.read()]);
  await new Promise((resolve) => setTimeout(resolve, 2));
  await backend[Symbol.asyncDispose]();
  for (const result of await settled) {
    assert.ok(result.status === "rejected" && result.reason instanceof DeviceLostError, JSON.stringify(result));
  }
  await assert.rejects(program.run(), DeviceLostError);
});

Deno.test("what is held is counted, and let go when it is disposed", async () => {
  await using backend = await openCpu({ workers: 1 });
  const one = backend.hold({ w: [3], v: [2, 5] }), two = backend.hold({ w: [100] });
  assert.equal(backend.heldBytes, 4 * 113);
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  assert.equal(backend.heldBytes, 400);
  await assert.rejects(one.read(), DeviceLostError);
  assert.throws(() => backend.compile(slowStep(), { state: one }), TypeError);
  two[Symbol.dispose]();
  assert.equal(backend.heldBytes, 0);
});

Deno.test("another backend's state is refused", async () => {
  await using backend = await openCpu({ workers: 1 });
  await using other = await openCpu({ workers: 1 });
  using state = other.hold({ w: [3] });
  assert.throws(() => backend.compile(slowStep(), { state }), TypeError);
});
