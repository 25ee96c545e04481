/** What `zen correlate` leaves behind: figures as JSON, a table in Markdown, and a scatter plot. */
import { assess, assessmentTable } from "../../core/nasbench/mod.ts";
import { replaceFile, type ScoreTable } from "../../core/io/mod.ts";
import { scatterPlot } from "./plot.ts";
import type { ComparisonTask } from "./work.ts";
import { note, print, printJson } from "../terminal.ts";

/** Where results go. */
interface ReportSite {
  readonly table: ScoreTable;
  readonly out: string;
  readonly json: boolean;
  readonly device: string;
}

/** What was compared, in one sentence. */
function sentence({ benchmark, dataSet, networks, seeds, settings }: ComparisonTask): string {
  return `${networks.length} networks of ${benchmark.name} (${dataSet}), ${seeds.length} seeds, ` +
    `batch ${settings.batch}`;
}

/** Measures, writes correlation.json, table.md and scatter.svg, and prints the table or its figures. */
export async function report(
  task: ComparisonTask,
  { table, out, json, device }: ReportSite,
): Promise<void> {
  const reports = task.chosen.map((chosen) => assess(chosen, table.rows(chosen.key), task));
  const { benchmark, dataSet, networks, seeds, settings, sampleSeed, form } = task;
  const sample = networks.length;
  const about = { benchmark: benchmark.name, dataSet, ...form, sample, sampleSeed, seeds, ...settings, device };
  const markdown = assessmentTable(reports);
  replaceFile(`${out}/correlation.json`, `${JSON.stringify({ ...about, networks, proxies: reports }, null, 1)}\n`);
  replaceFile(`${out}/table.md`, `${sentence(task)}, on ${device}\n\n${markdown}\n`);
  const plot = await scatterPlot(reports, networks.map(({ accuracy }) => accuracy));
  replaceFile(`${out}/scatter.svg`, plot);
  if (json) { for (const { scores: _, ...figures } of reports) printJson({ ...about, ...figures }); }
  else print(markdown);
  note(`${sentence(task)}: written to ${out}`);
}
