/** A latency report as a picture. */
import { importPackage } from "../../core/io/packages.ts";
import { labelOf } from "./markdown.ts";
import type { LatencyReport } from "./report.ts";

/** Every process as a point, discarded ones hollow, medians as bars: an SVG of 960 × 480 pixels. */
export async function toSvg(report: LatencyReport): Promise<string> {
  const jobs = report.results.map(({ model, threads }) => `${model} × ${threads}`);
  const points = (discarded: boolean) =>
    report.samples.filter((sample) => (sample.discarded !== null) === discarded)
      .map((sample) => [jobs.indexOf(`${sample.model} × ${sample.threads}`), sample.latencyUs / 1000])
      .filter(([job]) => job! >= 0);
  const { init } = await importPackage<typeof import("npm:echarts@6.1.0")>("echarts");
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 960, height: 480 });
  try {
    chart.setOption({
      animation: false,
      title: { text: "Single-image latency", subtext: labelOf(report) },
      legend: { bottom: 0 },
      xAxis: { type: "category", data: jobs },
      yAxis: { type: "value", name: "ms" },
      series: [
        { name: "median", type: "bar", barWidth: 24, data: report.results.map(({ medianMs }) => medianMs) },
        { name: "process", type: "scatter", data: points(false) },
        { name: "discarded", type: "scatter", symbol: "emptyCircle", data: points(true) },
      ],
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
