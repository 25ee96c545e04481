/** Bounds on gradients against PyTorch's. */
import assert from "node:assert/strict";
import { clippedGradients, type Clipping, evaluate, fillByName, globalNorm, GraphBuilder } from "@zennas/zennas";
import golden from "../fixtures/optimisers.json" with { type: "json" };

const tensors = Object.entries(golden.shapes);

function graphOf(clipping: Clipping) {
  const builder = new GraphBuilder();
  const inputs = tensors.map(([name, size]) => builder.add("input", [], { name, shape: [size] }));
  return builder.build([globalNorm(builder, inputs), ...clippedGradients(builder, inputs, clipping)]);
}

const feeds = Object.fromEntries(tensors.map(([name, size]) => [name, fillByName(`gradient1.${name}`, size)]));

for (const row of golden.clipping) {
  const clipping =
    (row.norm === undefined ? { by: "value", limit: row.value } : { by: "norm", limit: row.norm }) as Clipping;
  Deno.test(`gradients clipped by a ${clipping.by} of ${clipping.limit} are PyTorch's`, () => {
    const [norm, ...clipped] = evaluate(graphOf(clipping), { feeds });
    if (row.total !== undefined) assert.ok(Math.abs(norm![0]! / row.total - 1) < 1e-14);
    clipped.forEach((values, tensor) =>
      values.forEach((value, index) =>
        assert.ok(Math.abs(value / row.gradients[tensor]![index]! - 1) < 1e-13, `${value}`)
      )
    );
  });
}

Deno.test("gradients within the limit keep their bits, however small", () => {
  const small = Object.fromEntries(tensors.map(([name, size]) => [name, new Float32Array(size).fill(1.1e-30)]));
  for (const by of ["value", "norm"] as const) {
    const [, ...clipped] = evaluate(graphOf({ by, limit: 0.7 }), { feeds: small });
    clipped.forEach((values, index) => assert.deepEqual([...values], [...small[tensors[index]![0]]!]));
  }
});

Deno.test("a limit that is no positive number is refused", () => {
  for (const limit of [0, -1, NaN, Infinity]) {
    assert.throws(() => graphOf({ by: "value", limit }), { name: "RangeError", message: /limit is a positive number/ });
  }
});
