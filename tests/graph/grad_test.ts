import assert from "node:assert/strict";
import { evaluate, gradients, GraphBuilder, type OpName, ops } from "../../core/mod.ts";
import { assertGradients, scalarOf, secondOrder } from "./differences.ts";
import { gradientCases } from "./gradient_cases.ts";

/** Operations without inputs. */
const sources: readonly OpName[] = ["input", "gaussian", "constant"];

Deno.test("every operation's gradients are central differences of the oracle, of first and second order", async (t) => {
  for (const op of Object.keys(ops) as OpName[]) {
    await t.step(op, () => {
      assert.equal(gradientCases[op].length > 0, !sources.includes(op), `${op} needs a case`);
      for (const one of gradientCases[op]) {
        const scalar = scalarOf(one);
        assertGradients(scalar, one.name);
        assertGradients(secondOrder(scalar), `second order of ${one.name}`);
      }
    });
  }
});

Deno.test("what does not move with an input has a gradient of zeros", () => {
  const builder = new GraphBuilder(), x = builder.add("input", [], { name: "x", shape: [3] });
  const still = builder.add("sign", [x], {}), other = builder.add("input", [], { name: "other", shape: [2] });
  const values = evaluate(builder.build(gradients(builder, { of: still, withRespectTo: [x, other] })), {
    feeds: { x: Float32Array.of(1, -2, 3) },
  });
  assert.deepEqual(values, [new Float64Array(3), new Float64Array(2)]);
});

Deno.test("at its kink a ReLU has no slope, and a window's largest value is its first", () => {
  const builder = new GraphBuilder(), x = builder.add("input", [], { name: "x", shape: [1, 2, 2, 1] });
  const pooled = builder.add("max_pool", [builder.add("relu", [x], {})], { kernel: 2, stride: 2, padding: 0 });
  const relu = gradients(builder, { of: builder.add("relu", [x], {}), withRespectTo: [x] });
  const pool = gradients(builder, { of: pooled, withRespectTo: [x] });
  const values = evaluate(builder.build([...relu, ...pool]), { feeds: { x: Float32Array.of(0, 2, 2, 1) } });
  assert.deepEqual(values.map((one) => [...one]), [[0, 1, 1, 1], [0, 1, 0, 0]]);
});

Deno.test("gradients can be taken with respect to activations, and weighted", () => {
  const builder = new GraphBuilder(), x = builder.add("input", [], { name: "x", shape: [2] });
  const weights = builder.add("constant", [], { shape: [2], values: [10, 100] });
  const inner = builder.add("affine", [x], { scale: 3, shift: 0 }), square = builder.add("mul", [inner, inner], {});
  const found = gradients(builder, { of: square, withRespectTo: [inner, x], weights });
  const [byInner, byX] = evaluate(builder.build(found), { feeds: { x: Float32Array.of(1, -1) } });
  assert.deepEqual([...byInner!], [60, -600]);
  assert.deepEqual([...byX!], [180, -1800]);
});

/** The operations of an elementwise one's gradient, beside its inputs. */
const costs = {
  relu: "step mul",
  relu6: "step relu affine affine step mul mul",
  sigmoid: "sigmoid affine affine mul mul",
  swish: "sigmoid affine affine mul mul add mul",
  exp: "exp mul",
  log: "reciprocal mul",
  sqrt: "sqrt reciprocal affine mul",
  reciprocal: "mul reciprocal affine mul",
  abs: "sign mul",
  sign: "constant",
} as const;

Deno.test("gradients of elementwise operations have no node that changes nothing, and none twice", () => {
  for (const [op, expected] of Object.entries(costs)) {
    const builder = new GraphBuilder(), x = builder.add("input", [], { name: "x", shape: [2] });
    const weights = builder.add("input", [], { name: "weights", shape: [2] });
    const of = builder.add(op as keyof typeof costs, [x], {});
    const { nodes } = builder.build(gradients(builder, { of, withRespectTo: [x], weights }));
    assert.equal(nodes.map((node) => node.op).filter((name) => name !== "input").join(" "), expected, op);
  }
});
