import assert from "node:assert/strict";
import { GraphBuilder } from "../../core/mod.ts";
import { oracleBackend } from "./oracle_backend.ts";
import { stateCases } from "./state_cases.ts";

for (const [name, check] of Object.entries(stateCases)) {
  Deno.test(`held by the oracle: ${name}`, () => check(oracleBackend));
}

Deno.test("a graph keeps what its updates need, and replaces a tensor once", () => {
  const builder = new GraphBuilder(), x = builder.add("input", [], { name: "x", shape: [2] });
  builder.add("relu", [x], {});
  const twice = builder.add("affine", [x], { scale: 2, shift: 0 });
  const graph = builder.build([], [{ name: "x", by: twice }]);
  assert.deepEqual(graph.nodes.map(({ op }) => op), ["input", "affine"]);
  assert.deepEqual(graph.updates, [{ name: "x", by: 1 }]);
  assert.throws(() => builder.build([], [{ name: "x", by: twice }, { name: "x", by: x }]), RangeError);
});
