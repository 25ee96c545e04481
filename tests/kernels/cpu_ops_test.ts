import assert from "node:assert/strict";
import { evaluate, type OpName, ops } from "../../core/mod.ts";
import { openCpu } from "../../kernels/mod.ts";
import { type Case, cases, opCase } from "./cases.ts";
import { worstError } from "./compare.ts";

/** Relative to the largest magnitude of the output: float32 sums of some hundred products. */
const TOLERANCE = 2e-6;

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

/** Float32 keeps this much of a value, and nothing below its smallest normal number. */
const allowed = (value: number): number => 1e-6 * Math.abs(value) + 2 ** -126;

Deno.test("the CPU backend gives NaN and infinities where the oracle does", async () => {
  await using backend = await openCpu({ workers: 1 });
  const values = Float32Array.of(NaN, Infinity, -Infinity, 0, -1, 1e-40, 3e38, -100, 100);
  for (const op of ["relu", "relu6", "sigmoid", "hard_sigmoid", "swish", "hard_swish", "log"] as const) {
    const { graph } = opCase(op, {}, { shapes: [[values.length]] }), run = { feeds: { x0: values } };
    using program = backend.compile(graph);
    const [actual] = await program.run(run), [expected] = evaluate(graph, run);
    expected!.forEach((value, index) => {
      const same = Object.is(actual![index], value) || Math.abs(actual![index]! - value) <= allowed(value);
      assert.ok(same, `${op}(${values[index]}) is ${value}: got ${actual![index]}`);
    });
  }
});
