import assert from "node:assert/strict";
import { evaluate, type OpName, ops } from "../../core/mod.ts";
import { openCpu } from "../../kernels/mod.ts";
import { type Case, cases } from "./cases.ts";

/** Relative to the largest magnitude of the output: float32 sums of some hundred products. */
const TOLERANCE = 2e-6;

/** The largest difference, relative to the largest expected magnitude. */
function worstError(actual: Float32Array, expected: Float64Array): number {
  assert.equal(actual.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  return actual.reduce((worst, value, index) => {
    const error = Math.abs(value - expected[index]!) / largest;
    return error <= worst ? worst : error;
  }, 0);
}

Deno.test("the CPU backend computes every operation as the oracle does", async (t) => {
  await using backend = await openCpu({ workers: 2 });
  const check = async ({ name, graph, feeds }: Case): Promise<void> => {
    using program = backend.compile(graph);
    const run = { feeds, seed: 7, draw: 2 };
    const [actual] = await program.run(run), [expected] = evaluate(graph, run);
    const error = worstError(actual!, expected!);
    assert.ok(error <= TOLERANCE, `${name}: error ${error}`);
  };
  for (const op of Object.keys(ops) as OpName[]) {
    await t.step(op, async () => {
      assert.ok(cases[op].length > 0, `${op} needs a case`);
      for (const one of cases[op]) await check(one);
    });
  }
});
