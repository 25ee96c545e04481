/** The picture of finalists: what the search scored, and how accurate they became. */
import {
  type FinalistOrigin,
  finalistOrigins,
  type FinalistVerdict,
  type TrainedFinalist,
} from "../../core/search/mod.ts";
import { axisStyle, colour, type ColourName, svgOf } from "../../serve/charts/plot.ts";

/** Pixels. */
const SIZE = { width: 960, height: 560 } as const;
const originColours: Readonly<Record<FinalistOrigin, ColourName>> = {
  search: "blue",
  random: "grey",
  parameters: "amber",
  flops: "purple",
};

/** Draws finalists as SVG: a dot for each that has a score, in the colour of who chose it first. */
export function finalistPlot(finalists: readonly TrainedFinalist[], verdict: FinalistVerdict): Promise<string> {
  const text = { color: colour("text") }, tau = verdict.kendall;
  const title = `Finalists: Kendall τ ${tau === null ? "–" : tau.toFixed(3)}`;
  const series = finalistOrigins.map((origin) => ({
    ...{ name: origin, type: "scatter", silent: true, symbolSize: 9, color: colour(originColours[origin]) },
    data: finalists.flatMap(({ origins, score }, at) => {
      const mean = verdict.accuracies[at]?.mean;
      return origins[0] === origin && score !== null && mean !== undefined ? [[score, 100 * mean]] : [];
    }),
  })).filter(({ data }) => data.length > 0);
  const axis = { ...axisStyle, type: "value", scale: true, nameLocation: "middle" };
  return svgOf({
    title: { text: title, left: 80, top: 10, textStyle: text },
    legend: { data: series.map(({ name }) => ({ name, icon: "circle" })), top: 44, left: 80, textStyle: text },
    grid: { left: 88, right: 28, top: 88, bottom: 60 },
    xAxis: { ...axis, name: "score of the search", nameGap: 32 },
    yAxis: { ...axis, name: "top-1 (%)", nameGap: 56 },
    series,
  }, { ...SIZE, title });
}
