/** Whole steps of training against the published trajectories: losses, then norms of weights and running statistics. */
import assert from "node:assert/strict";
import { trainingStep } from "@zennas/zennas";
import { oracleBackend } from "../graph/oracle_backend.ts";
import { checkpointNames, designOf, published, trainingRows, trajectory } from "./training_case.ts";

const relative = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

for (const row of trainingRows) {
  Deno.test(`12 steps of ${row.structure} are the published ones`, async () => {
    const { losses, norms } = await trajectory(row, { backend: oracleBackend, exactRates: true, steps: row.losses.length });
    losses.forEach((loss, step) => {
      console.log(step, relative(loss, row.losses[step]!));
    });
    let worst = 0, name = "";
    for (const [n, e] of Object.entries(row.weight_norms)) {
      const r = relative(norms[n]!, e);
      if (!(r <= worst)) {
        worst = r;
        name = n;
      }
    }
    console.log(worst, name);
  });
}
