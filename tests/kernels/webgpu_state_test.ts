/** What the WebGPU backend's states do. */
import assert from "node:assert/strict";
import { DeviceLostError, DeviceMemoryError, GraphBuilder } from "../../core/mod.ts";
import { openWebGpu } from "../../kernels/mod.ts";
import { GpuDevice } from "../../kernels/webgpu/device.ts";
import type { PlanRun } from "../../kernels/webgpu/group.ts";
import { HeldBuffers } from "../../kernels/webgpu/held_buffers.ts";
import { layOutHeld } from "../../kernels/webgpu/held.ts";
import { planGraph } from "../../kernels/webgpu/plan.ts";
import { stateCases } from "../graph/state_cases.ts";
import { worstError } from "./compare.ts";
import { batch, heldShapes, initialValues, train, trainingStep, trainOracle } from "./training.ts";
import { webGpuTest } from "./webgpu.ts";

const STEPS = 10;

for (const precision of ["f32", "f16"] as const) {
  const needs = precision === "f16" ? { feature: "shader-f16" } : {};
  webGpuTest(`states on WebGPU in ${precision}`, async (t) => {
    await using backend = await openWebGpu({ precision });
    for (const [name, check] of Object.entries(stateCases)) await t.step(name, () => check(backend));
  }, needs);
}

webGpuTest("ten steps of SGD give what the oracle gives, and an evaluation of the same state too", async () => {
  await using backend = await openWebGpu();
  const { losses, logits, held } = await train(backend, STEPS), expected = trainOracle(STEPS);
  losses.forEach((loss, step) => assert.ok(worstError(loss, expected.losses[step]!) < 1e-5, `loss ${step}`));
  assert.ok(losses.at(-1)![0]! < losses[1]![0]!, `${losses}`); // of the same batch
  const error = worstError(logits, expected.logits);
  assert.ok(error < 1e-5, `logits: ${error}`);
  for (const [name, values] of expected.held) {
    const error = worstError(held[name]!, values);
    assert.ok(error < 1e-5, `${name}: ${error}`);
  }
  assert.ok((await backend.usage()).groups <= 3, "steps that wait together share a submission");
});

webGpuTest("100 steps take no more memory than 10, and a state that is disposed gives its memory back", async () => {
  await using backend = await openWebGpu();
  await train(backend, 32);
  const before = await backend.usage();
  await train(backend, 100);
  assert.deepEqual((await backend.usage()).bytes, before.bytes);
  const state = backend.hold({ w: [1000, 1000] });
  await state.read(["w"]);
  assert.equal((await backend.usage()).bytes, before.bytes + 4e6);
  state[Symbol.dispose]();
  state[Symbol.dispose]();
  assert.equal((await backend.usage()).bytes, before.bytes);
  await assert.rejects(state.read(), { name: "DeviceLostError", message: /disposed/ });
  await assert.rejects(state.write({}), { name: "DeviceLostError", message: /disposed/ });
});

webGpuTest("a loss takes states with it, and new ones work; runs without a state are repeated", async () => {
  await using backend = await openWebGpu();
  const state = backend.hold(heldShapes);
  using step = backend.compile(trainingStep(), { state });
  await state.write(initialValues());
  await step.run({ feeds: batch(0) });
  const builder = new GraphBuilder(), drawn = builder.add("gaussian", [], { shape: [50, 50], stream: 1 });
  using stateless = backend.compile(builder.build([builder.add("sum", [drawn], {})]));
  const lost = Array.from({ length: 40 }, (_, index) => [step.run({ feeds: batch(index) }), stateless.run()] as const);
  backend.loseDevice();
  const results = await Promise.all(lost.map(([run]) => run.then(() => undefined, (error: unknown) => error)));
  const failed = results.filter((error) => error !== undefined);
  assert.ok(failed.length > 0 && failed.every((error) => error instanceof DeviceLostError), `${failed}`);
  assert.deepEqual(results, [...results].sort((a, b) => Number(a !== undefined) - Number(b !== undefined)));
  const sums = await Promise.all(lost.map(async ([, run]) => (await run)[0]![0]!));
  assert.deepEqual(new Set(sums), new Set([(await stateless.run())[0]![0]!]));
  const hint = { name: "DeviceLostError", message: /load the last checkpoint/ };
  await assert.rejects(step.run({ feeds: batch(0) }), hint);
  await assert.rejects(state.read(), hint);
  await assert.rejects(state.write(initialValues()), hint);
  state[Symbol.dispose]();
  assert.equal((await backend.usage()).openings, 2);
  const { losses } = await train(backend, 2);
  assert.ok(worstError(losses[1]!, trainOracle(2).losses[1]!) < 1e-5);
});

webGpuTest("what is made, read or written after an idle device was lost", async () => {
  await using backend = await openWebGpu();
  using old = backend.hold({ w: [3] });
  await old.read();
  backend.loseDevice();
  using state = backend.hold({ w: [3] });
  const before = old.write({ w: Float32Array.of(1, 2, 3) }).then(() => "written", () => "refused");
  await state.write({ w: Float32Array.of(1, 2, 3) });
  assert.deepEqual([await before, ...(await state.read()).w!], ["refused", 1, 2, 3]);
  backend.loseDevice();
  await assert.rejects(state.write({ w: Float32Array.of(1, 2, 3) }), DeviceLostError);
  await assert.rejects(state.read(), DeviceLostError);
});

webGpuTest("a state is of one backend", async () => {
  await using one = await openWebGpu();
  await using other = await openWebGpu();
  using state = one.hold(heldShapes);
  assert.throws(() => other.compile(trainingStep(), { state }), {
    name: "TypeError",
    message: "Cannot compile a graph for a state as that belongs to another backend",
  });
  assert.throws(() => one.hold({ w: [2 ** 20, 2 ** 20] }), (error) => {
    assert.ok(error instanceof DeviceMemoryError);
    return /^Cannot hold tensor w \[1048576,1048576\] in one storage buffer/.test(error.message);
  });
  assert.throws(() => one.hold({ w: [0, 3] }), { name: "ShapeError" });
  using empty = one.hold({});
  await empty.write({});
  assert.deepEqual(await empty.read(), {});
});

Deno.test("held tensors lie apart, in as many buffers as they need", () => {
  const limits = { bufferBytes: 1024, workgroups: 65_535, parameterAlignment: 256 };
  const { places, pageBytes } = layOutHeld({ a: [200], b: [100], c: [3], d: [256], e: [30] }, limits);
  assert.ok(pageBytes.length > 1 && pageBytes.every((bytes) => bytes <= 1024), `${pageBytes}`);
  const all = [...places.values()];
  all.forEach((one, index) => {
    assert.ok((one.at + one.elements) * 4 <= pageBytes[one.page]!);
    for (const other of all.slice(0, index)) {
      assert.ok(one.page !== other.page || one.at + one.elements <= other.at || other.at + other.elements <= one.at);
    }
  });
  assert.throws(() => layOutHeld({ a: [257] }, limits), DeviceMemoryError);
});

Deno.test("a state that the device has no room for is refused whenever it is used, and holds nothing", async () => {
  const buffers: { readonly size: number; destroyed: boolean }[] = [];
  const device = {
    pushErrorScope: () => {},
    popErrorScope: () => Promise.resolve(buffers.length > 1 ? { message: "full" } : null),
    createBuffer: ({ size }: { readonly size: number }) => {
      const buffer = { size, destroyed: false, destroy: () => buffer.destroyed = true };
      buffers.push(buffer);
      return buffer;
    },
  } as unknown as GPUDevice;
  const held = new HeldBuffers(device);
  await held.hold(1, [256]);
  await held.hold(2, [512, 1024]);
  assert.equal(held.refusal(1), undefined);
  const refusal = held.refusal(2);
  assert.ok(refusal instanceof DeviceMemoryError && refusal.neededBytes === 1536, `${refusal}`);
  assert.match(refusal.message, /full/);
  assert.deepEqual([held.bytes, buffers.map(({ destroyed }) => destroyed)], [256, [false, true, true]]);
  held.drop(2);
  assert.ok(held.refusal(2) instanceof DeviceLostError);
});

Deno.test("held vectors that are side by side are copied to the arena together", () => {
  const limits = { bufferBytes: 2 ** 20, workgroups: 65_535, parameterAlignment: 256 };
  const held = { shapes: heldShapes, layout: layOutHeld(heldShapes, limits) };
  const { plan } = planGraph(trainingStep(), { limits, precision: "f32", held });
  const copies = plan.dispatches.filter(({ held, kernel }) => held !== undefined && kernel === "upload");
  const tensors = Object.values(heldShapes).filter((shape) => shape.length > 1);
  assert.equal(copies.length, tensors.length + 1);
});

/** A device, and runs of training steps on a state that spans several of its buffers. */
async function smallBuffers() {
  const device = await GpuDevice.open({ adapter: "best", precision: "f32" }), graph = trainingStep();
  const layout = layOutHeld(heldShapes, { ...device.limits, bufferBytes: 1536 });
  const limits = { ...device.limits, bufferBytes: 4 * 8 * 7 * 7 * 12 };
  const { plan, uploadsOf } = planGraph(graph, { limits, precision: "f32", held: { shapes: heldShapes, layout } });
  await device.held.hold(1, layout.pageBytes);
  const access = { state: 1, places: [...layout.places.values()] };
  const values = Object.values(initialValues()).flatMap((values) => [...values]);
  device.held.write(access, Float32Array.from(values));
  const run = (step: number): PlanRun => ({ plan, options: {}, uploads: uploadsOf({ feeds: batch(step) }), state: 1 });
  const read = async (): Promise<Float32Array[]> => (await device.held.read(access).read())[0]!;
  return { device, layout, plan, run, read };
}

webGpuTest("a state over several buffers, and a graph over several beside it", async () => {
  const { device, layout, plan, run, read } = await smallBuffers();
  using _ = device;
  assert.ok(layout.pageBytes.length >= 3, `${layout.pageBytes}`);
  assert.ok(plan.pageBytes.length >= 2 && plan.dispatches.some(({ pages }) => pages.length > 1), `${plan.pageBytes}`);
  const losses = await (await device.submit([run(0), run(1), run(2)])).read(), expected = trainOracle(3);
  losses.forEach(([loss], step) => assert.ok(worstError(loss!, expected.losses[step]!) < 1e-5, `loss ${step}`));
  const held = await read();
  [...layout.places.keys()].forEach((name, index) => {
    assert.ok(worstError(held[index]!, expected.held.get(name)!) < 1e-5, name);
  });
});

webGpuTest("a step of which the driver refuses any dispatch replaces nothing", async () => {
  const { device, plan, run, read } = await smallBuffers();
  using _ = device;
  const before = await read(), last = plan.dispatches.length - 1;
  const tooWide = plan.dispatches.with(last, {
    ...plan.dispatches[last]!,
    workgroups: [device.limits.workgroups + 1, 1, 1] as const,
  });
  const refused = { ...run(0), plan: { ...plan, dispatches: tooWide } };
  await assert.rejects(device.submit([run(0), refused]), { name: "KernelError", pipeline: "download" });
  assert.deepEqual(await read(), before);
});
