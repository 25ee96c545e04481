/**
 * Compares a proxy with a cheaper form of it: the rank correlation of their scores for the same networks with the same
 * weights.
 */
import type { ScoreRow } from "../core/nasbench/mod.ts";
import { kendall, spearman } from "../core/numeric/rank_correlation.ts";
import { median } from "../core/numeric/statistics.ts";
import {
  type BenchmarkData,
  benchmarks,
  dataPath,
  groups,
  SEEDS,
  type StandIn,
  standIns,
} from "./proxy_comparisons.ts";
import { readProxyData } from "./proxy_data.ts";

type Scores = ReadonlyMap<string, ScoreRow>;

const mean = (values: readonly number[]): string =>
  (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3);

/** A rank correlation over the networks for which both have a score. */
function correlationOf(measure: typeof spearman, x: Scores, y: Scores): number {
  const pairs = [...x].flatMap(([network, { value }]) => {
    const other = y.get(network)?.value ?? null;
    return value === null || other === null ? [] : [[value, other] as const];
  });
  return measure(pairs.map(([value]) => value), pairs.map(([, other]) => other));
}

async function standInRow({ of, by }: StandIn, benchmark: BenchmarkData): Promise<string[]> {
  const { batch } = groups.find(({ proxies }) => proxies.includes(by))!;
  const { rows } = await readProxyData(dataPath(benchmark, batch));
  const scores = (name: string): Scores[] =>
    SEEDS.map((seed) =>
      new Map(rows.filter((row) => row.proxy === name && row.seed === seed).map((row) => [row.network, row]))
    );
  const exact = scores(of), cheap = scores(by);
  if (cheap.some(({ size }) => size === 0)) return [];
  const milliseconds = (name: string): number =>
    median(rows.filter(({ proxy }) => proxy === name).map(({ seconds }) => seconds));
  const cells = [
    benchmark.title,
    `${batch}`,
    mean(exact.map((own, seed) => correlationOf(spearman, own, cheap[seed]!))),
    mean(exact.map((own, seed) => correlationOf(kendall, own, cheap[seed]!))),
    mean(exact.map((own, seed) => correlationOf(spearman, own, exact[(seed + 1) % SEEDS.length]!))),
    `${Math.min(...cheap.map(({ size }) => size))} × ${SEEDS.length}`,
    (milliseconds(of) / milliseconds(by)).toFixed(1),
  ];
  return [`| ${cells.join(" | ")} |`];
}

async function standInTable(standIn: StandIn): Promise<string> {
  const { of, by, note } = standIn;
  const rows = await Promise.all(benchmarks.map((benchmark) => standInRow(standIn, benchmark)));
  return `\`${by}\` for \`${of}\`:

| benchmark | batch | Spearman | Kendall τ-b | Spearman of \`${of}\` with itself | networks × seeds | times as fast |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.flat().join("\n")}

${note}`;
}

/** The tables of all cheaper forms. */
export async function standInTables(): Promise<string> {
  return (await Promise.all(standIns.map(standInTable))).join("\n\n");
}
