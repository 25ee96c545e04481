/** What every backend's held tensors do, as steps of a test. */
import assert from "node:assert/strict";
import { type Backend, GraphBuilder, type NodeId, ShapeError } from "../../core/mod.ts";

const given = (builder: GraphBuilder, name: string, shape: number[] = [3]): NodeId =>
  builder.add("input", [], { name, shape });

/** w ← w + x, and the sum of the old w. */
function accumulate() {
  const builder = new GraphBuilder(), w = given(builder, "w"), x = given(builder, "x");
  const next = builder.add("add", [w, x], {});
  return builder.build([builder.add("sum", [w], {})], [{ name: "w", by: next }]);
}

const x = Float32Array.of(1, 2, 3);

/** Each has a name and what it checks. */
export const stateCases: Readonly<Record<string, (backend: Backend) => Promise<void>>> = {
  "tensors begin as zeros and are replaced when a run ends": async (backend) => {
    using state = backend.hold({ w: [3] });
    using program = backend.compile(accumulate(), { state });
    const sums = [];
    for (let run = 0; run < 3; run++) sums.push((await program.run({ feeds: { x } }))[0]![0]);
    assert.deepEqual(sums, [0, 6, 12]);
    assert.deepEqual([...(await state.read()).w!], [3, 6, 9]);
  },

  "what is written is read, by other programs too": async (backend) => {
    using state = backend.hold({ w: [3], other: [2, 2] });
    await state.write({ w: Float32Array.of(5, 5, 5) });
    using step = backend.compile(accumulate(), { state });
    const builder = new GraphBuilder();
    using reader = backend.compile(builder.build([builder.add("relu", [given(builder, "w")], {})]), { state });
    await step.run({ feeds: { x } });
    assert.deepEqual([...(await reader.run())[0]!], [6, 7, 8]);
    assert.deepEqual(Object.keys(await state.read(["other"])), ["other"]);
    assert.deepEqual([...(await state.read(["other"])).other!], [0, 0, 0, 0]);
  },

  "nodes read what was held before the run, whatever the order of updates": async (backend) => {
    using state = backend.hold({ a: [3], b: [3] });
    await state.write({ a: Float32Array.of(1, 2, 3), b: Float32Array.of(7, 8, 9) });
    const builder = new GraphBuilder(), a = given(builder, "a"), b = given(builder, "b");
    using swap = backend.compile(builder.build([], [{ name: "a", by: b }, { name: "b", by: a }]), { state });
    assert.deepEqual(await swap.run(), []);
    const { a: newA, b: newB } = await state.read();
    assert.deepEqual([[...newA!], [...newB!]], [[7, 8, 9], [1, 2, 3]]);
  },

  "one node may replace two tensors and be an output too": async (backend) => {
    using state = backend.hold({ a: [3], b: [3] });
    const builder = new GraphBuilder(), next = builder.add("affine", [given(builder, "a")], { scale: 2, shift: 1 });
    const graph = builder.build([next], [{ name: "a", by: next }, { name: "b", by: next }]);
    using program = backend.compile(graph, { state });
    await program.run();
    assert.deepEqual([...(await program.run())[0]!], [3, 3, 3]);
    const { a, b } = await state.read();
    assert.deepEqual([[...a!], [...b!]], [[3, 3, 3], [3, 3, 3]]);
  },

  "runs that are asked for at once take effect one after the other": async (backend) => {
    using state = backend.hold({ w: [3] });
    using program = backend.compile(accumulate(), { state });
    const runs = Array.from({ length: 20 }, () => program.run({ feeds: { x } }));
    const read = state.read();
    const sums = (await Promise.all(runs)).map(([sum]) => sum![0]);
    assert.deepEqual(sums, Array.from({ length: 20 }, (_, run) => 6 * run));
    assert.deepEqual([...(await read).w!], [20, 40, 60]);
  },

  "a run that fails leaves everything as it was": async (backend) => {
    using state = backend.hold({ w: [3] });
    using program = backend.compile(accumulate(), { state });
    await program.run({ feeds: { x } });
    await assert.rejects(program.run(), RangeError);
    await assert.rejects(program.run({ feeds: { x: Float32Array.of(1) } }), ShapeError);
    assert.deepEqual([...(await state.read()).w!], [1, 2, 3]);
    await program.run({ feeds: { x } });
    assert.deepEqual([...(await state.read()).w!], [2, 4, 6]);
  },

  "two states of the same names are apart": async (backend) => {
    using one = backend.hold({ w: [3] });
    using two = backend.hold({ w: [3] });
    using first = backend.compile(accumulate(), { state: one });
    using second = backend.compile(accumulate(), { state: two });
    await first.run({ feeds: { x } });
    await second.run({ feeds: { x } });
    await second.run({ feeds: { x } });
    assert.deepEqual([[...(await one.read()).w!], [...(await two.read()).w!]], [[1, 2, 3], [2, 4, 6]]);
  },

  "misfits are refused, and nothing is written": async (backend) => {
    using state = backend.hold({ w: [3], v: [2] });
    await assert.rejects(state.read(["u"]), RangeError);
    await assert.rejects(state.write({ w: x, u: x }), RangeError);
    await assert.rejects(state.write({ w: x, v: x }), ShapeError);
    assert.deepEqual([...(await state.read()).w!], [0, 0, 0]);
    const builder = new GraphBuilder(), w = given(builder, "w", [1, 3]);
    assert.throws(() => backend.compile(builder.build([w]), { state }), ShapeError);
    assert.throws(() => backend.compile(builder.build([], [{ name: "v", by: w }]), { state }), ShapeError);
    assert.throws(() => backend.compile(accumulate()), RangeError);
  },
};
