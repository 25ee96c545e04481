/** Whole steps of training against the published trajectories: losses, then norms of weights and running statistics. */
import assert from "node:assert/strict";
import { openBackend } from "../../kernels/mod.ts";
import { oracleBackend } from "../graph/oracle_backend.ts";
import { webGpuTest } from "../kernels/webgpu.ts";
import { everyRow } from "../scale.ts";
import { type TrainingRow, trainingRows, type Trajectory, trajectory } from "./training_case.ts";

function near(actual: number, expected: number, { within, what }: { readonly within: number; readonly what: string }) {
  assert.ok(Math.abs(actual / expected - 1) < within, `${what}: ${actual}, not ${expected}`);
}

/** Losses as many as were run, and norms after the last of the published steps. */
function check({ losses, norms }: Trajectory, row: TrainingRow, within: number): void {
  losses.forEach((loss, step) => near(loss, row.losses[step]!, { within, what: `the loss of step ${step}` }));
  if (losses.length < row.losses.length) return;
  for (const [name, expected] of Object.entries(row.weight_norms)) near(norms[name]!, expected, { within, what: name });
}

/**
 * How many steps float32 follows. In the second network a ReLU behind a normalisation over 16 values changes its side in
 * the fifth step: the oracle, with nothing but its held tensors rounded to float32, leaves the trajectory there too.
 */
const STEPS_IN_FLOAT32 = [12, 4, 12];

trainingRows.forEach((row, index) => {
  const oracleSteps = everyRow ? row.losses.length : 2, shortest = index === trainingRows.length - 1;
  if (everyRow || shortest) {
    Deno.test(`${oracleSteps} steps of ${row.structure} in float64 are the published ones`, async () => {
      check(await trajectory(row, { backend: oracleBackend, exactRates: true, steps: oracleSteps }), row, 1e-7);
    });
  }

  const steps = STEPS_IN_FLOAT32[index]!;
  Deno.test(`${steps} steps of ${row.structure} on the CPU are the published ones`, async () => {
    await using cpu = await openBackend("cpu", { workers: 1 });
    check(await trajectory(row, { backend: cpu, steps }), row, 1e-6);
  });

  // A software driver takes seconds a step.
  if (everyRow) {
    webGpuTest(`${steps} steps of ${row.structure} on WebGPU are the published ones`, async () => {
      await using gpu = await openBackend("webgpu");
      check(await trajectory(row, { backend: gpu, steps }), row, 1e-6);
    });
  }
});
