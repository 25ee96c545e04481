/** A latency report for people. */
import type { JobResult, LatencyReport } from "./report.ts";

const ms = (value: number | null | undefined): string => value === null || value === undefined ? "–" : value.toFixed(2);

function row(result: JobResult, published: boolean): string {
  const interval = result.interval95Ms?.map(ms).join(" … ") ?? "–";
  const cells = [
    result.model,
    result.threads,
    ms(result.medianMs),
    ms(result.p95Ms),
    ms(result.madMs),
    interval,
    `${result.counted} (${result.discarded} discarded)`,
    ...(published ? [ms(result.publishedPixel2Ms)] : []),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** What was measured on, a phone or this host, as a sentence. */
export function labelOf({ kind, target }: Pick<LatencyReport, "kind" | "target">): string {
  return kind === "host" ? `Measured on this host, not on a phone: ${target.name}` : `Measured on ${target.name}`;
}

/** How it was measured, as far as two people must agree on it. */
function protocolLines({ protocol, sentinel, createdAt, baseline }: LatencyReport): readonly string[] {
  const { settings: { runs, minSeconds, warmupRuns, delegate }, repeats, seed } = protocol;
  const state = baseline === null || baseline.batteryPercent === null ? [] : [
    `- at its beginning: battery ${baseline.batteryPercent} %, ${baseline.batteryCelsius ?? "?"} °C, power from ` +
    `${baseline.power ?? "?"}, thermal status ${baseline.thermalStatus ?? "?"}`,
  ];
  return [
    `- begun: ${createdAt}`,
    `- ${repeats} rounds; a process: ${warmupRuns} inferences to warm up, then ${runs} and ${minSeconds} s at least`,
    `- sentinel: ${sentinel}; delegate ${delegate}; seed ${seed}`,
    ...state,
  ];
}

/** The report as Markdown: a table, and what a reader must know beside it. */
export function toMarkdown(report: LatencyReport): string {
  const published = report.results.some((result) => result.publishedPixel2Ms !== undefined);
  const titles = ["model", "threads", "median ms", "p95 ms", "MAD ms", "95 % interval", "processes"];
  if (published) titles.push("published, Pixel 2, ms");
  const { properties } = report.target;
  const lines = [
    "# Single-image latency",
    "",
    labelOf(report),
    "",
    `| ${titles.join(" | ")} |`,
    `|${titles.map((_, index) => (index === 0 ? " --- |" : " ---: |")).join("")}`,
    ...report.results.map((result) => row(result, published)),
    "",
    ...(published
      ? ["The published column is the zoo's, by other people on their phone; it is not measured here.", ""]
      : []),
    ...(report.failure ? [`**Ended early**: ${report.failure.code}: ${report.failure.message}`, ""] : []),
    ...report.cautions.map((caution) => `- Caution: ${caution}`),
    ...Object.entries(properties).map(([name, value]) => `- ${name}: ${value}`),
    ...(report.binary ? [`- ${report.binary.name}: sha256 ${report.binary.sha256}`] : []),
    ...report.models.map(({ name, sha256 }) => `- ${name}: sha256 ${sha256}`),
    ...protocolLines(report),
  ];
  for (const [model, operators] of Object.entries(report.profiles)) {
    lines.push("", `## Operators of ${model}`, "", "| operator | ms | % | output |", "| --- | ---: | ---: | --- |");
    lines.push(
      ...operators.map(({ kind, averageMs, percent, name }) =>
        `| ${kind} | ${averageMs.toFixed(3)} | ${percent.toFixed(2)} | ${name} |`
      ),
    );
  }
  return `${lines.join("\n")}\n`;
}
