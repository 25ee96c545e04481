/** Peak activation memory, on graphs small enough to follow by hand. */
import assert from "node:assert/strict";
import { GraphBuilder, type NodeId, peakActivationBytes } from "@zennas/zennas";

/** A value of 100 floats. */
const VALUE = 400;

/** The peak of a graph that is built behind one activation. */
function peak(build: (builder: GraphBuilder, input: NodeId) => readonly NodeId[]): number {
  const builder = new GraphBuilder();
  const input = builder.add("input", [], { name: "x", shape: [1, 100] });
  return peakActivationBytes(builder.build(build(builder, input)), new Set([input]));
}

Deno.test("elementwise operations overwrite an input that dies", () => {
  assert.equal(peak((builder, x) => [builder.add("swish", [builder.add("relu", [x], {})], {})]), VALUE);
});

Deno.test("normalisations and softmaxes overwrite their input", () => {
  const normalized = (builder: GraphBuilder, x: NodeId): NodeId => {
    const vector = builder.add("constant", [], { shape: [100], values: [1] });
    return builder.add("normalize", [x, vector, vector, vector, vector], { epsilon: 0 });
  };
  assert.equal(peak((builder, x) => [normalized(builder, x)]), VALUE);
  assert.equal(peak((builder, x) => [builder.add("log_softmax", [x], {})]), VALUE);
});

Deno.test("an input that is read again later keeps its memory", () => {
  assert.equal(peak((builder, x) => [builder.add("add", [builder.add("relu", [x], {}), x], {})]), 2 * VALUE);
});

Deno.test("a sum overwrites whichever input dies", () => {
  const sum = (builder: GraphBuilder, x: NodeId): NodeId => builder.add("add", [x, builder.add("relu", [x], {})], {});
  assert.equal(peak((builder, x) => [sum(builder, sum(builder, x))]), 2 * VALUE);
  assert.equal(peak((builder, x) => [x, sum(builder, x)]), 2 * VALUE);
});

Deno.test("outputs live to the end", () => {
  assert.equal(peak((builder, x) => [builder.add("relu", [x], {}), builder.add("swish", [x], {}), x]), 3 * VALUE);
});

Deno.test("parameters do not count, layers write beside their input", () => {
  const linear = (builder: GraphBuilder, x: NodeId): NodeId =>
    builder.add("linear", [x, builder.add("constant", [], { shape: [50, 100], values: [0] })], {});
  assert.equal(peak((builder, x) => [linear(builder, x)]), 1.5 * VALUE);
});
