/** Which of the published scores are whose, and what is known about them. */
import assert from "node:assert/strict";
import {
  type Backend,
  type NetworkDesign,
  type Proxy,
  proxyNamed,
  type ScoringSettings,
  SingleValueNormError,
  type WeightScale,
} from "@zennas/zennas";
import float64Scores from "../fixtures/float64_scores.json" with { type: "json" };
import residual from "../fixtures/scores_residual.json" with { type: "json" };
import plainRows from "../fixtures/scores.json" with { type: "json" };
import { kindsOfNetwork } from "../scale.ts";
import { filled, published } from "./settings.ts";

/** A proxy's published scores. */
export interface Golden {
  /** The fixtures' name for it. */
  readonly key: string;
  readonly proxy: string;
  /** The proxy's default unless told. */
  readonly variant?: string;
  /** Whether networks have residual links, which decides the fixture and the scale of weights. */
  readonly links: boolean;
  /** Relative to the published value. */
  readonly tolerance: number;
  /** From how many draws of float32's errors its spread is taken; 4 unless told. */
  readonly draws?: number;
  /** Whether a row takes seconds: then few rows need not show every kind of block, as those of other proxies do. */
  readonly costly?: boolean;
}

const withLinks = (key: string, over: Partial<Golden> = {}): Golden => ({
  ...{ key, proxy: key, links: true, tolerance: 1e-3 },
  ...over,
});

/** Every proxy but Zen that has published scores. Tolerances are those that the values were published with, or less. */
export const goldens: readonly Golden[] = [
  withLinks("grad_norm", { links: false }),
  withLinks("synflow", { links: false, variant: "zen-nas" }),
  withLinks("te_nas", { links: false, tolerance: 2e-2, costly: true }),
  withLinks("naswot", { links: false, tolerance: 2e-3 }),
  withLinks("grad_norm_per_layer", { proxy: "grad_norm", variant: "per_layer" }),
  withLinks("snip"),
  withLinks("plain"),
  withLinks("l2_norm", { tolerance: 1e-6 }),
  withLinks("fisher"),
  withLinks("grasp", { tolerance: 2e-2, costly: true }),
  // Each layer is the logarithm of a few reciprocals of small differences, which has long tails.
  withLinks("zico", { draws: 16, costly: true }),
  withLinks("jacob_cov"),
  withLinks("log_synflow_without_bn", { proxy: "synflow", tolerance: 1e-6 }),
];

/** One published score. */
export interface GoldenRow {
  readonly structure: string;
  /** What the row shows that others may not: kinds of blocks, and that the published code fails. */
  readonly kinds: readonly string[];
  readonly design: NetworkDesign;
  readonly proxy: Proxy;
  readonly settings: ScoringSettings;
  /** Nothing where the published code fails. */
  readonly expected: number | null;
  /** How far float32 may be off, relative. */
  readonly allowed: number;
}

const scoreOf = (row: object, key: string): number | null => (row as Readonly<Record<string, number | null>>)[key]!;

/** The published scores of a proxy, in the fixture's order. */
export function rowsOf({ key, proxy: name, variant, links, tolerance, costly = false }: Golden): GoldenRow[] {
  const proxy = proxyNamed(name), weights: WeightScale = links ? "scaled" : "unit";
  const settings = filled(proxy, { weights, variant: variant ?? proxy.variants[0] });
  return (links ? residual : plainRows).map((row, index) => ({
    structure: row.structure,
    kinds: [...costly ? [`use_se ${row.use_se}`] : kindsOfNetwork(row), ...scoreOf(row, key) === null ? ["fails"] : []],
    design: published(row),
    proxy,
    settings,
    expected: scoreOf(row, key),
    allowed: Math.max(tolerance, DEVIATIONS * (measured[key]?.[index]?.spread ?? 0)),
  }));
}

/** Asserts that a score is the published one. */
export function assertNear(value: number, row: GoldenRow, { key, allowed }: { key: string; allowed: number }): void {
  const error = Math.abs(value / row.expected! - 1);
  assert.ok(
    error <= allowed,
    `${key} of ${row.structure}: ${value}, not ${row.expected}, off by ${error} > ${allowed}`,
  );
}

/** Scores a row on a backend; where the published code fails, so must ours. */
export async function checkRow(row: GoldenRow, key: string, backend: Backend): Promise<void> {
  const scoring = row.proxy.score(row.design, row.settings, backend);
  if (row.expected === null) return await assert.rejects(scoring, SingleValueNormError);
  assertNear((await scoring).value, row, { key, allowed: row.allowed });
}

/** What is known of a score that float32 does not meet easily (see measure_float64.ts). */
export interface Float64Score {
  /** The score in float64. */
  readonly value: number;
  /** The root mean square of its relative changes over draws of float32's errors. */
  readonly spread: number;
}

/** Such scores, by the golden's key and the row's number. */
export type Float64Scores = Readonly<Record<string, Readonly<Record<string, Float64Score>>>>;

/** All that were measured. */
export const measured: Float64Scores = float64Scores;

/** Standard deviations of float32's errors that a backend may be off: four draws leave out one score in 130 there. */
const DEVIATIONS = 5;
