/** Gradient-based proxies against the published code's numbers in float64 (shared reference values, filled by name). */
import assert from "node:assert/strict";
import { openBackend, proxyNamed, SingleValueNormError, type WeightScale } from "@zennas/zennas";
import residual from "../fixtures/scores_residual.json" with { type: "json" };
import plainRows from "../fixtures/scores.json" with { type: "json" };
import { filled, published } from "./settings.ts";

interface Golden {
  /** The fixture's name for it. */
  readonly key: string;
  readonly proxy: string;
  readonly variant?: string;
  /** Relative to the expected value. */
  readonly tolerance: number;
  /**
   * Rows where float32 is further off, and how far it may be. Their float64 scores move as far when inputs and weights
   * move by a unit in float32's last place: a value near zero changes its ReLU's side, or a variance is a small difference
   * of large numbers.
   */
  readonly sensitive?: Readonly<Record<number, number>>;
}

type Row = (typeof residual | typeof plainRows)[number];

async function check(rows: readonly Row[], golden: Golden, weights: WeightScale): Promise<void> {
  await using backend = await openBackend("cpu");
  const { key, tolerance, sensitive = {} } = golden, proxy = proxyNamed(golden.proxy);
  const variant = golden.variant ?? proxy.variants[0];
  for (const [index, row] of rows.entries()) {
    const scoring = proxy.score(published(row), filled(proxy, { variant, weights }), backend);
    const expected = (row as unknown as Record<string, number | null>)[key]!;
    if (expected === null) {
      await assert.rejects(scoring, SingleValueNormError);
      continue;
    }
    const { value } = await scoring, error = Math.abs(value / expected - 1);
    const allowed = sensitive[index] ?? tolerance;
    assert.ok(error <= allowed, `${key} of row ${index}, ${row.structure}: ${value}, not ${expected}`);
  }
}

const withoutLinks: readonly Golden[] = [
  {
    key: "grad_norm",
    proxy: "grad_norm",
    tolerance: 1e-3,
    sensitive: { 5: 4e-3, 8: 2e-2, 11: 6e-3, 12: 2e-2, 13: 0.15, 15: 1e-2 },
  },
  {
    key: "synflow",
    proxy: "synflow",
    variant: "zen-nas",
    tolerance: 2e-3,
    sensitive: { 2: 4e-2, 4: 8e-3, 7: 2e-2, 9: 6e-2 },
  },
  { key: "te_nas", proxy: "te_nas", tolerance: 2e-2, sensitive: { 3: 3e-2, 11: 3e-2, 12: 5e-2, 13: 0.6 } },
];

const withLinks: readonly Golden[] = [
  {
    key: "grad_norm_per_layer",
    proxy: "grad_norm",
    variant: "per_layer",
    tolerance: 1e-3,
    sensitive: { 8: 2e-2, 11: 6e-3 },
  },
  { key: "snip", proxy: "snip", tolerance: 1e-3, sensitive: { 8: 2e-2, 11: 6e-3 } },
  { key: "plain", proxy: "plain", tolerance: 1e-3, sensitive: { 5: 2e-3, 8: 4e-2, 9: 0.2, 11: 0.2 } },
  { key: "l2_norm", proxy: "l2_norm", tolerance: 1e-6 },
  { key: "fisher", proxy: "fisher", tolerance: 1e-3, sensitive: { 5: 1e-2, 8: 5e-2, 9: 0.12, 11: 2e-2 } },
  {
    key: "grasp",
    proxy: "grasp",
    tolerance: 2e-2,
    sensitive: { 5: 4e-2, 8: 0.3, 9: 0.2, 11: 0.1 },
  },
  // A sum of ratios whose divisors are differences of gradients: the few smallest decide, and they are rounding.
  { key: "zico", proxy: "zico", tolerance: 2e-2 },
  { key: "jacob_cov", proxy: "jacob_cov", tolerance: 1e-3 },
  { key: "log_synflow_without_bn", proxy: "synflow", tolerance: 1e-6 },
];

for (const golden of withoutLinks) {
  Deno.test(`${golden.key} is the published code's, without residual links`, () => check(plainRows, golden, "unit"));
}

for (const golden of withLinks) {
  Deno.test(`${golden.key} is the published code's, with residual links`, () => check(residual, golden, "scaled"));
}
