/** What `zen correlate` leaves behind: figures as JSON, a table in Markdown, and a scatter plot. */
import { type Agreement, agreementOf, type Estimate, type TrainedNetwork } from "../core/benchmarks/mod.ts";
import type { ChosenProxy, ScoreRow, ScoreTable } from "../core/io/mod.ts";
import { rankedScores } from "../core/proxies/mod.ts";
import type { ComparisonTask } from "./correlate_work.ts";
import { note, print, printJson } from "./terminal.ts";

/** How well a proxy ranks the sample. */
export interface ProxyReport {
  readonly proxy: string;
  readonly agreement: Agreement;
  /** Median seconds a network and seed. */
  readonly seconds: number;
  /** Networks and seeds without a score; they rank lowest. */
  readonly failed: number;
  /** Scores under the first seed, in the order of the networks; null where there is none. */
  readonly scores: readonly (number | null)[];
}

/** Where results go. */
interface ReportSite {
  readonly table: ScoreTable;
  readonly out: string;
  readonly json: boolean;
  readonly device: string;
}

/** The scores of one seed in the networks' order; those of proxies that rank are made of ranks in the sample. */
function scoresOf(rows: readonly ScoreRow[], networks: readonly TrainedNetwork[], { proxy }: ChosenProxy): number[] {
  const byNetwork = new Map(rows.map((row) => [row.network, row]));
  const own = networks.map(({ text }) => byNetwork.get(text)!);
  if (!proxy.ranking) return own.map(({ value }) => value ?? -Infinity);
  const scored = own.filter(({ error }) => error === null);
  const ranked = rankedScores(scored.map(({ parts }) => parts), proxy.ranking).values();
  return own.map(({ error }) => error === null ? ranked.next().value! : -Infinity);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function reportOf(
  chosen: ChosenProxy,
  { networks, seeds, sampleSeed }: ComparisonTask,
  table: ScoreTable,
): ProxyReport {
  const sample = new Set(networks.map(({ text }) => text));
  const rows = table.rows(chosen.key).filter(({ network, seed }) => sample.has(network) && seeds.includes(seed));
  const scoresBySeed = seeds.map((seed) => scoresOf(rows.filter((row) => row.seed === seed), networks, chosen));
  return {
    proxy: chosen.key,
    agreement: agreementOf(scoresBySeed, networks.map(({ accuracy }) => accuracy), { seed: sampleSeed }),
    seconds: median(rows.map(({ seconds }) => seconds)),
    failed: rows.filter(({ error }) => error !== null).length,
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
  "ms a network",
] as const;

/** The reports as a table in Markdown, the best Spearman correlation first. */
export function markdownTable(reports: readonly ProxyReport[]): string {
  const order = [...reports].sort((a, b) => b.agreement.spearman.mean - a.agreement.spearman.mean);
  const rows = order.map(({ proxy, agreement: a, seconds }) => [
    proxy,
    withInterval(a.spearman),
    withInterval(a.kendall),
    withInterval(a.spearmanTopHalf),
    plain(a.kendallTopHalf.mean),
    withInterval(a.spearmanTopTenth),
    plain(a.kendallTopTenth.mean),
    a.regret.mean.toFixed(2),
    (seconds * 1000).toPrecision(3),
  ]);
  const lines = [COLUMNS, COLUMNS.map((_, column) => column === 0 ? "---" : "---:"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** What was compared, in one sentence. */
function sentence({ benchmark, dataSet, networks, seeds, settings }: ComparisonTask): string {
  return `${networks.length} networks of ${benchmark.name} (${dataSet}), ${seeds.length} seeds, ` +
    `batch ${settings.batch}`;
}

/** Measures, writes correlation.json, table.md and scatter.svg, and prints the table or its figures. */
export async function report(task: ComparisonTask, { table, out, json, device }: ReportSite): Promise<void> {
  const { scatterPlot } = await import("./correlate_plot.ts");
  const reports = task.chosen.map((chosen) => reportOf(chosen, task, table));
  const { benchmark, dataSet, networks, seeds, settings, sampleSeed } = task;
  const about = { benchmark: benchmark.name, dataSet, sample: networks.length, sampleSeed, seeds, ...settings, device };
  const markdown = markdownTable(reports);
  await Deno.writeTextFile(
    `${out}/correlation.json`,
    `${JSON.stringify({ ...about, networks, proxies: reports }, null, 1)}\n`,
  );
  await Deno.writeTextFile(`${out}/table.md`, `${sentence(task)}, on ${device}\n\n${markdown}\n`);
  await Deno.writeTextFile(`${out}/scatter.svg`, scatterPlot(reports, networks.map(({ accuracy }) => accuracy)));
  if (json) { for (const { scores: _, ...figures } of reports) printJson({ ...about, ...figures }); }
  else print(markdown);
  note(`${sentence(task)}: written to ${out}`);
}
