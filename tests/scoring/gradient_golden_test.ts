/**
 * Gradient-based proxies against the published code's numbers, which were computed in float64.
 *
 * In float64 ours are the same to 1e-7, most of them to 1e-10. In float32 some are further off than the published tolerance: a value near zero
 * changes its ReLU's side, or a variance is a small difference of large numbers. How far float32 may be off was measured
 * for each such score by moving every value of the float64 computation by as much as float32's roundings do (see
 * measure_float64.ts); a backend must stay within five standard deviations of that.
 */
import { openBackend } from "@zennas/zennas";
import { everyRow, rowsToRun } from "../scale.ts";
import { assertNear, checkRow, goldens, measured, rowsOf } from "./goldens.ts";
import { rememberingOracle } from "./remembering_oracle.ts";

/** How far float64 may be off: the rows of tangent kernels come to the host in float32. */
const FLOAT64_TOLERANCE = 1e-7;

for (const golden of goldens) {
  const form = golden.links ? "with" : "without", { rows, share } = rowsToRun(rowsOf(golden), ({ kinds }) => kinds);
  Deno.test(`${golden.key} is the published code's, ${form} residual links (${share})`, async () => {
    await using backend = await openBackend("cpu");
    for (const row of rows) await checkRow(row, golden.key, backend);
  });
}

/** Rows that the oracle scores in seconds, and where float32 is far off: networks of inverted residuals, with SE and without. */
const scoredInFloat64 = [
  { index: 8, keys: ["grad_norm_per_layer", "snip", "plain", "fisher", "grasp", "zico"] },
  { index: 11, keys: ["grad_norm_per_layer", "snip", "plain", "fisher", "grasp", "zico"] },
  { index: 2, keys: ["synflow"] },
  { index: 9, keys: ["synflow"] },
  { index: 12, keys: ["te_nas"] },
  { index: 13, keys: ["grad_norm"] },
] as const;

/** Scores that take the oracle ten seconds each: second derivatives, several batches, a tangent kernel. */
const slow: readonly string[] = everyRow ? [] : ["grasp", "zico", "te_nas"];
const quick = scoredInFloat64.map(({ index, keys }) => ({ index, keys: keys.filter((key) => !slow.includes(key)) }));

for (const { index, keys } of rowsToRun(quick, ({ keys }) => keys).rows) {
  Deno.test(`${keys.join(", ")} of row ${index} are the published code's in float64`, async () => {
    const oracle = rememberingOracle();
    for (const key of keys) {
      const row = rowsOf(goldens.find((golden) => golden.key === key)!)[index]!;
      const { value } = await row.proxy.score(row.design, row.settings, oracle);
      assertNear(value, row, { key, allowed: FLOAT64_TOLERANCE });
    }
  });
}

Deno.test("every score that float32 does not meet easily is the published code's in float64", () => {
  for (const golden of goldens) {
    const rows = rowsOf(golden);
    for (const [index, { value }] of Object.entries(measured[golden.key] ?? {})) {
      assertNear(value, rows[Number(index)]!, { key: golden.key, allowed: FLOAT64_TOLERANCE });
    }
  }
});
