/** Scores beside accuracies as a picture, by ECharts without a browser. */
import type { Assessment } from "../../core/nasbench/mod.ts";
import { axisStyle, colour, svgOf } from "../../serve/charts/plot.ts";

/** Pixels of one proxy's picture, and how many stand in a row. */
const PANEL = { width: 340, height: 280, columns: 3 } as const;

/** Where a panel's axes and title are. */
function panelPlace(index: number): { readonly left: number; readonly top: number } {
  const column = index % PANEL.columns, row = Math.floor(index / PANEL.columns);
  return { left: column * PANEL.width, top: row * PANEL.height };
}

function panel({ proxy, agreement, scores }: Assessment, index: number, accuracies: readonly number[]) {
  const { left, top } = panelPlace(index), text = `${proxy}  ρ = ${agreement.spearman.mean.toFixed(3)}`;
  const data = scores.flatMap((score, network) => score === null ? [] : [[score, accuracies[network]!]]);
  return {
    title: { text, left: left + 50, top: top + 8, textStyle: { fontSize: 13, color: colour("text") } },
    grid: { left: left + 50, top: top + 36, width: PANEL.width - 70, height: PANEL.height - 80 },
    xAxis: { gridIndex: index, scale: true, splitNumber: 4, ...axisStyle },
    yAxis: { gridIndex: index, scale: true, ...axisStyle },
    series: {
      type: "scatter" as const,
      xAxisIndex: index,
      yAxisIndex: index,
      symbolSize: 4,
      color: colour("blue"),
      data,
    },
  };
}

/** A scatter plot of each proxy's scores (x) and the accuracies (y, percent), as SVG. */
export function scatterPlot(reports: readonly Assessment[], accuracies: readonly number[]): Promise<string> {
  const width = PANEL.width * Math.min(PANEL.columns, reports.length);
  const height = PANEL.height * Math.ceil(reports.length / PANEL.columns);
  const panels = reports.map((one, index) => panel(one, index, accuracies));
  return svgOf({
    title: panels.map(({ title }) => title),
    grid: panels.map(({ grid }) => grid),
    xAxis: panels.map(({ xAxis }) => xAxis),
    yAxis: panels.map(({ yAxis }) => yAxis),
    series: panels.map(({ series }) => series),
  }, { width, height, title: `Scores and accuracies: ${reports.map(({ proxy }) => proxy).join(", ")}` });
}
