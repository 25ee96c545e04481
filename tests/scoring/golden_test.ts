import assert from "node:assert/strict";
import { forward } from "../../core/networks/inference.ts";
import { parseStructure } from "../../core/networks/masternet/mod.ts";
import { structureDesign, zen } from "../../core/scoring/mod.ts";
import { zooEntry } from "../../core/networks/zoo/mod.ts";
import { openBackend } from "../../kernels/mod.ts";
import { kindsOfNetwork, rowsToRun } from "../scale.ts";
import logits from "../fixtures/zoo_logits.json" with { type: "json" };
import scores from "../fixtures/zen_scores.json" with { type: "json" };

const zenRows = rowsToRun(scores, kindsOfNetwork);

Deno.test(`Zen-scores of both variants are the published code's, within 1e-3 (${zenRows.share})`, async () => {
  await using backend = await openBackend("cpu");
  for (const row of zenRows.rows) {
    const form = {
      resolution: row.resolution,
      classes: row.num_classes,
      squeezeExcite: row.use_se,
      residualLinks: false,
    };
    const fixed = { fill: "reference", weights: "unit", labels: "modulo" } as const;
    const settings = { batch: row.batch, gamma: 0.01, seed: 0, draw: 0, ...fixed };
    const design = structureDesign(parseStructure(row.structure), form);
    for (const [variant, expected] of [["reference", row.zen], ["paper", row.zen_batch_variance]] as const) {
      const { value: score } = await zen.score(design, { ...settings, variant }, backend);
      assert.ok(Math.abs(score / expected - 1) < 1e-3, `${variant} of ${row.structure}: ${score}, not ${expected}`);
    }
  }
});

Deno.test("logits of zoo networks in inference mode are the published code's, within 1e-4 of their norm", async () => {
  await using backend = await openBackend("cpu");
  for (const { name, resolution, batch, logits: expected } of logits) {
    const { structure, classes, squeezeExcite } = zooEntry(name);
    const form = { resolution, classes, squeezeExcite };
    const rows = await forward(structureDesign(parseStructure(structure), form), {
      batch,
      fill: "reference",
      seed: 0,
      backend,
    });
    const values = rows.flatMap((row) => [...row]);
    const tolerance = 1e-4 * expected.norm;
    assert.equal(values.length, expected.shape[0]! * expected.shape[1]!);
    assert.ok(Math.abs(Math.hypot(...values) - expected.norm) < tolerance, `${name}: norm ${Math.hypot(...values)}`);
    expected.first.forEach((value, index) => {
      assert.ok(
        Math.abs(values[index]! - value) < tolerance,
        `${name}: logit ${index} is ${values[index]}, not ${value}`,
      );
    });
  }
});
