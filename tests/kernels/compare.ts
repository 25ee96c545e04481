/** Measures of how far two tensors are apart. */
import assert from "node:assert/strict";
import { type Backend, evaluate } from "../../core/mod.ts";
import type { Fed } from "./layers.ts";

/** The largest difference, relative to the largest expected magnitude. NaN where either has a NaN. */
export function worstError(actual: Float32Array, expected: Float64Array | Float32Array): number {
  assert.equal(actual.length, expected.length);
  let largest = 1e-30, worst = 0;
  for (let i = 0; i < actual.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  }
  return worst / largest;
}

/** Largest relative error of a layer with what surrounds it, fused or not. */
const FUSED_TOLERANCE = 5e-6;

/**
 * Runs a graph that a backend may fuse, and one that asks for the tensors between as well; the outputs of both must be the
 * oracle's. `graphOf` builds either, `label` tells which graph it was. Returns both outputs.
 */
export async function assertFusionAgrees(
  backend: Backend,
  graphOf: (options: { readonly whole: boolean }) => Fed,
  label: unknown,
): Promise<readonly [fused: readonly Float32Array[], separate: readonly Float32Array[]]> {
  const { graph, run } = graphOf({ whole: false }), expected = evaluate(graph, run);
  using fused = backend.compile(graph);
  using separate = backend.compile(graphOf({ whole: true }).graph);
  const both = await Promise.all([fused.run(run), separate.run(run)]);
  for (const outputs of both) {
    expected.forEach((tensor, output) => {
      const error = worstError(outputs[output]!, tensor);
      assert.ok(error <= FUSED_TOLERANCE, `output ${output} of ${JSON.stringify(label)}: error ${error}`);
    });
  }
  return both;
}
