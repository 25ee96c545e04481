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
  const { value, norm } = row, clipping = { value, norm };
  Deno.test(`gradients clipped by ${JSON.stringify(clipping)} are PyTorch's`, () => {
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
  for (const clipping of [{ value: 0.7 }, { norm: 0.7 }, {}]) {
    const [, ...clipped] = evaluate(graphOf(clipping), { feeds: small });
    clipped.forEach((values, index) => assert.deepEqual([...values], [...small[tensors[index]![0]]!]));
  }
});

Deno.test("the norm is bounded after the values", () => {
  const [, ...both] = evaluate(graphOf({ value: 0.5, norm: 1 }), { feeds });
  const [, ...values] = evaluate(graphOf({ value: 0.5 }), { feeds });
  const norm = Math.hypot(...values.flatMap((tensor) => [...tensor])), factor = 1 / (norm + 1e-6);
  both.flatMap((tensor) => [...tensor]).forEach((value, at) =>
    assert.ok(Math.abs(value - factor * values.flatMap((tensor) => [...tensor])[at]!) < 1e-13)
  );
});

Deno.test("a limit that is no positive number is refused", () => {
  for (const limit of [0, -1, NaN, Infinity]) {
    for (const clipping of [{ value: limit }, { norm: limit }]) {
      assert.throws(() => graphOf(clipping), { name: "RangeError", message: /limit is a positive number/ });
    }
  }
});
