/** States beside tensors that are stored in f16. */
import assert from "node:assert/strict";
import { evaluate, GraphBuilder, type NodeId } from "../../core/mod.ts";
import { openWebGpu } from "../../kernels/mod.ts";
import { normals } from "./cases.ts";
import { worstError } from "./compare.ts";
import { train, trainOracle } from "./training.ts";
import { webGpuTest } from "./webgpu.ts";

const STEPS = 10;

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
  const updates = [{ name: "w", by: added }, { name: "v", by: moved }, { name: "u", by: tiny }, {
    name: "drawn",
    by: builder.add("gaussian", [], { shape, stream: 1 }),
  }];
  const graph = builder.build([y], updates), feeds = { x: normals(shape, 3).map((value) => 1e-4 * value) };
  const values = { w: normals(shape, 4), v: normals(shape, 5), u: normals(shape, 6), drawn: normals(shape, 7) };
  using state = backend.hold({ w: shape, v: shape, u: shape, drawn: shape });
  await state.write(values);
  const expected = new Map(Object.entries(values).map(([name, each]) => [name, Float64Array.from(each)]));
  const [outputs, held] = await Promise.all([backend.compile(graph, { state }).run({ feeds }), state.read()]);
  const [logits] = evaluate(graph, { state: expected, feeds });
  assert.ok(worstError(outputs[0]!, logits!) < 5e-3, `${outputs[0]}`);
  const errors = Object.fromEntries([...expected].map(([name, each]) => [name, worstError(held[name]!, each)]));
  assert.ok(errors.w! < 1e-6 && errors.v! < 1e-6 && errors.drawn! < 1e-6 && errors.u! < 5e-3, JSON.stringify(errors));
}, f16);

webGpuTest("f16 trains as f32 does", async () => {
  await using backend = await openWebGpu({ precision: "f16" });
  const { losses, logits, held } = await train(backend, STEPS), expected = trainOracle(STEPS);
  losses.forEach((loss, step) => assert.ok(worstError(loss, expected.losses[step]!) < 5e-3, `loss ${step}: ${loss}`));
  assert.ok(worstError(logits, expected.logits) < 2e-2);
  for (const name of ["conv.weight", "head.weight", "norm.mean"]) {
    const error = worstError(held[name]!, expected.held.get(name)!);
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
