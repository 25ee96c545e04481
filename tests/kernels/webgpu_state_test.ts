/** What the WebGPU backend's states do. */
import assert from "node:assert/strict";
import {
  type Backend,
  DeviceLostError,
  DeviceMemoryError,
  evaluate,
  GraphBuilder,
  type NodeId,
} from "../../core/mod.ts";
import { openWebGpu } from "../../kernels/mod.ts";
import { GpuDevice } from "../../kernels/webgpu/device.ts";
import type { PlanRun } from "../../kernels/webgpu/group.ts";
import { HeldBuffers } from "../../kernels/webgpu/held_buffers.ts";
import { layOutHeld } from "../../kernels/webgpu/held.ts";
import { planGraph } from "../../kernels/webgpu/plan.ts";
import { stateCases } from "../graph/state_cases.ts";
import { normals } from "./cases.ts";
import { worstError } from "./compare.ts";
import { batch, evaluation, heldShapes, initialState64, initialValues, trainingStep } from "./training.ts";
import { webGpuTest } from "./webgpu.ts";

const STEPS = 10;

for (const precision of ["f32", "f16"] as const) {
  const needs = precision === "f16" ? { feature: "shader-f16" } : {};
  webGpuTest(`states on WebGPU in ${precision}`, async (t) => {
    await using backend = await openWebGpu({ precision });
    for (const [name, check] of Object.entries(stateCases)) await t.step(name, () => check(backend));
  }, needs);
}

/** Losses of some steps, the logits after them by another program, and what is held then. */
async function train(backend: Backend, steps: number) {
  using state = backend.hold(heldShapes);
  using step = backend.compile(trainingStep(), { state });
  using evaluator = backend.compile(evaluation(), { state });
  await state.write(initialValues());
  const runs = Array.from({ length: steps }, (_, index) => step.run({ feeds: batch(index) }));
  const logits = evaluator.run({ feeds: batch(0) }), held = state.read();
  return { losses: (await Promise.all(runs)).map(([loss]) => loss!), logits: (await logits)[0]!, held: await held };
}

/** The same in float64. */
function trainOracle(steps: number) {
  const state = initialState64(), graph = trainingStep();
  const losses = Array.from({ length: steps }, (_, index) => evaluate(graph, { state, feeds: batch(index) })[0]!);
  return { losses, logits: evaluate(evaluation(), { state, feeds: batch(0) })[0]!, state };
}

webGpuTest("ten steps of SGD give what the oracle gives, and an evaluation of the same state too", async () => {
  await using backend = await openWebGpu();
  const { losses, logits, held } = await train(backend, STEPS), expected = trainOracle(STEPS);
  losses.forEach((loss, step) => assert.ok(worstError(loss, expected.losses[step]!) < 1e-5, `loss ${step}`));
  assert.ok(losses.at(-1)![0]! < losses[1]![0]!, `${losses}`); // of the same batch
  const error = worstError(logits, expected.logits);
  assert.ok(error < 1e-5, `logits: ${error}`);
  for (const [name, values] of expected.state) {
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
    assert.ok(worstError(held[index]!, expected.state.get(name)!) < 1e-5, name);
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

const f16 = { feature: "shader-f16" };

webGpuTest("f16 keeps what is held in f32: steps that f16 would round away add up", async () => {
  await using backend = await openWebGpu({ precision: "f16" });
  const builder = new GraphBuilder(),
    shape = [4, 4],
    input = (name: string) => builder.add("input", [], { name, shape });
  const w = input("w"),
    x = input("x"),
    y = builder.add("linear", [x, w], {}),
    slope = builder.add("linear", [y, x], {});
  const step = builder.add("affine", [slope], { scale: 1e-4, shift: 0 });
  const graph = builder.build([y], [{ name: "w", by: builder.add("add", [w, step], {}) }]);
  using state = backend.hold({ w: shape });
  using program = backend.compile(graph, { state });
  const ones = new Float32Array(16).fill(1), identity = Float32Array.from({ length: 16 }, (_, i) => +(i % 5 === 0));
  await state.write({ w: ones });
  const runs = Array.from({ length: 50 }, () => program.run({ feeds: { x: identity } }));
  const outputs = await Promise.all(runs),
    { w: after } = await state.read(),
    reference = new Map([["w", new Float64Array(16).fill(1)]]);
  for (let run = 0; run < 50; run++) evaluate(graph, { state: reference, feeds: { x: identity } });
  assert.ok(worstError(after!, reference.get("w")!) < 1e-5, `${after}`);
  assert.ok(after![0]! > 1.004, `${after![0]}`);
  assert.equal(outputs[0]![0]![0], 1);
}, f16);

webGpuTest("f16 gives what an optimiser computes its own precision beside layers", async () => {
  await using backend = await openWebGpu({ precision: "f16" });
  const builder = new GraphBuilder(),
    shape = [4, 4],
    input = (name: string) => builder.add("input", [], { name, shape });
  const scaled = (x: NodeId, scale: number): NodeId => builder.add("affine", [x], { scale, shift: 0 });
  const w = input("w"), v = input("v"), x = input("x"), product = (): NodeId => builder.add("linear", [x, w], {});
  // Too small for f16 in between; added to what a layer gives; read by a layer beside the update.
  const tiny = scaled(scaled(product(), 1e-9), 1e9), added = builder.add("add", [product(), v], {});
  const moved = scaled(v, 1.5), hidden = builder.add("add", [product(), moved], {});
  const y = builder.add("linear", [hidden, x], {});
  const updates = [{ name: "w", by: added }, { name: "v", by: moved }, { name: "u", by: tiny }];
  const graph = builder.build([y], updates), feeds = { x: normals(shape, 3).map((value) => 1e-4 * value) };
  const values = { w: normals(shape, 4), v: normals(shape, 5), u: normals(shape, 6) };
  using state = backend.hold({ w: shape, v: shape, u: shape });
  await state.write(values);
  const expected = new Map(Object.entries(values).map(([name, each]) => [name, Float64Array.from(each)]));
  const [outputs, held] = await Promise.all([backend.compile(graph, { state }).run({ feeds }), state.read()]);
  const [logits] = evaluate(graph, { state: expected, feeds });
  assert.ok(worstError(outputs[0]!, logits!) < 5e-3, `${outputs[0]}`);
  const errors = Object.fromEntries([...expected].map(([name, each]) => [name, worstError(held[name]!, each)]));
  assert.ok(errors.w! < 1e-6 && errors.v! < 1e-6 && errors.u! < 5e-3, JSON.stringify(errors));
}, f16);

webGpuTest("f16 trains as f32 does", async () => {
  await using backend = await openWebGpu({ precision: "f16" });
  const { losses, logits, held } = await train(backend, STEPS), expected = trainOracle(STEPS);
  losses.forEach((loss, step) => assert.ok(worstError(loss, expected.losses[step]!) < 5e-3, `loss ${step}: ${loss}`));
  assert.ok(worstError(logits, expected.logits) < 2e-2);
  for (const name of ["conv.weight", "head.weight", "norm.mean"]) {
    const error = worstError(held[name]!, expected.state.get(name)!);
    assert.ok(error < 1e-2, `${name}: ${error}`);
  }
}, f16);

webGpuTest("a graph sees whether a gradient in f16 is finite", async () => {
  await using backend = await openWebGpu({ precision: "f16" });
  const builder = new GraphBuilder(),
    shape = [4, 4],
    input = (name: string) => builder.add("input", [], { name, shape });
  const y = builder.add("linear", [input("x"), input("w")], {});
  const zeros = builder.add("sum", [builder.add("affine", [y], { scale: 0, shift: 0 })], {});
  const finite = builder.add("step", [builder.add("affine", [zeros], { scale: 1, shift: 1 })], {});
  using program = backend.compile(builder.build([finite]));
  const of = async (value: number) => {
    const feeds = { x: normals(shape, 1), w: normals(shape, 2) };
    feeds.x[5] = value;
    return (await program.run({ feeds }))[0]![0];
  };
  assert.deepEqual([await of(1), await of(60_000), await of(1e6), await of(NaN), await of(2)], [1, 0, 0, 0, 1]);
}, f16);
