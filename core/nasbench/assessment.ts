/** How well one proxy ranks a sample of trained networks, from its scores there. */
import { median } from "../numeric/statistics.ts";
import type { Proxy } from "../scoring/proxy.ts";
import { rankedScores } from "../scoring/ranking.ts";
import { type Agreement, agreementOf, type Estimate } from "./agreement.ts";
import type { TrainedNetwork } from "./benchmark.ts";

/** The score of one network under one seed, or why there is none. */
export interface ScoreRow {
  /** The network's text. */
  readonly network: string;
  /** The proxy's name. */
  readonly proxy: string;
  /** The seed. */
  readonly seed: number;
  /** The score; null where the network has no finite score. */
  readonly value: number | null;
  /** Further numbers of the proxy, by name. */
  readonly parts: Readonly<Record<string, number>>;
  /** How long it took. */
  readonly seconds: number;
  /** Why there is no score. */
  readonly error: string | null;
}

/** The sample that a proxy is assessed on. */
export interface Sample {
  /** The networks. */
  readonly networks: readonly TrainedNetwork[];
  /** The seeds under which each network was scored. */
  readonly seeds: readonly number[];
  /** Seed of the bootstrap. */
  readonly sampleSeed: number;
}

/** The result of assessing a proxy on a sample. */
export interface Assessment {
  /** The proxy's name. */
  readonly proxy: string;
  /** The figures of agreement between scores and accuracies. */
  readonly agreement: Agreement;
  /** How many networks the figures rest on. */
  readonly networkCount: number;
  /** How many seeds each of them was scored under. */
  readonly seedCount: number;
  /** Median seconds per network and seed. */
  readonly seconds: number;
  /** How many pairs of network and seed have no score; they rank lowest. */
  readonly failed: number;
  /** Scores under the first seed, in the order of the networks; null where there is none. */
  readonly scores: readonly (number | null)[];
}

/**
 * The scores of one seed, in the order of the networks. For proxies that combine ranks, the scores are computed from
 * ranks within the sample.
 */
function scoresOf(rows: readonly ScoreRow[], networks: readonly TrainedNetwork[], { ranking }: Proxy): number[] {
  const byNetwork = new Map(rows.map((row) => [row.network, row]));
  const own = networks.map(({ text }) => {
    const row = byNetwork.get(text);
    if (row) return row;
    throw new RangeError(`Cannot assess a proxy as every network needs a score or a failure: got none of ${text}`);
  });
  if (!ranking) return own.map(({ value }) => value ?? -Infinity);
  const scored = own.filter(({ error }) => error === null);
  const ranked = rankedScores(scored.map(({ parts }) => parts), ranking).values();
  return own.map(({ error }) => error === null ? ranked.next().value! : -Infinity);
}

/**
 * Assesses a proxy, called `key`, by its rows. Rows of networks or seeds outside the sample are ignored. Throws
 * RangeError where a network of the sample has no row.
 *
 * @example
 * ```ts
 * import { assess, params } from "@zennas/zennas";
 * const networks = [{ text: "a", accuracy: 90 }, { text: "b", accuracy: 95 }];
 * const row = { proxy: "params", seed: 1, parts: {}, seconds: 0.1, error: null };
 * const rows = [{ ...row, network: "a", value: 10 }, { ...row, network: "b", value: 20 }];
 * const { agreement } = assess({ key: "params", proxy: params }, rows, { networks, seeds: [1], sampleSeed: 1 });
 * if (agreement.spearman.mean !== 1) throw new Error();
 * ```
 */
export function assess(
  { key, proxy }: { readonly key: string; readonly proxy: Proxy },
  rows: readonly ScoreRow[],
  { networks, seeds, sampleSeed }: Sample,
): Assessment {
  const sampled = new Set(networks.map(({ text }) => text));
  const own = rows.filter(({ network, seed }) => sampled.has(network) && seeds.includes(seed));
  const scoresBySeed = seeds.map((seed) => scoresOf(own.filter((row) => row.seed === seed), networks, proxy));
  return {
    proxy: key,
    agreement: agreementOf(scoresBySeed, networks.map(({ accuracy }) => accuracy), { seed: sampleSeed }),
    networkCount: networks.length,
    seedCount: seeds.length,
    seconds: median(own.map(({ seconds }) => seconds)),
    failed: own.filter(({ error }) => error !== null).length,
    scores: scoresBySeed[0]!.map((score) => Number.isFinite(score) ? score : null),
  };
}

const plain = (value: number): string => Number.isNaN(value) ? "–" : value.toFixed(3);

function withInterval({ mean, interval95 }: Estimate): string {
  return interval95 ? `${plain(mean)} (${interval95.map(plain).join(" … ")})` : plain(mean);
}

const COLUMNS = [
  "proxy",
  "Spearman",
  "Kendall τ-b",
  "Spearman, top half",
  "τ-b, top half",
  "Spearman, top tenth",
  "τ-b, top tenth",
  "regret of top 10, points",
  "networks × seeds",
  "ms a network",
] as const;

function assessmentCells({ proxy, agreement: a, networkCount, seedCount, seconds }: Assessment): readonly string[] {
  return [
    proxy,
    withInterval(a.spearman),
    withInterval(a.kendall),
    withInterval(a.spearmanTopHalf),
    plain(a.kendallTopHalf.mean),
    withInterval(a.spearmanTopTenth),
    plain(a.kendallTopTenth.mean),
    a.regret.mean.toFixed(2),
    `${networkCount} × ${seedCount}`,
    (seconds * 1000).toPrecision(3),
  ];
}

/** Prints assessments as a Markdown table, the best Spearman correlation first. */
export function assessmentTable(assessments: readonly Assessment[]): string {
  const order = [...assessments].sort((a, b) => b.agreement.spearman.mean - a.agreement.spearman.mean);
  const lines = [COLUMNS, COLUMNS.map((_, column) => column === 0 ? "---" : "---:"), ...order.map(assessmentCells)];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
