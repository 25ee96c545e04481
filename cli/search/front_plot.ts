/** The picture of a front: one panel for each objective beside the first, and the course of the hypervolume. */
import { objectiveTerm } from "../../core/search/mod.ts";
import type { RatedCandidate, RunFront } from "../../core/io/mod.ts";
import { axisStyle, colour, svgOf } from "../../serve/charts/plot.ts";
import { referenceInWords } from "./reference_words.ts";
import { grouped } from "../terminal.ts";

/** Pixels. */
const PANEL = { width: 480, height: 380, left: 80, top: 96, bottom: 56, right: 24 } as const;
/** The most candidates that are drawn: more cannot be told apart. */
const MOST_DOTS = 1500;

/** What a picture is called, and whether it shows the hypervolume. */
export interface FrontPicture {
  readonly id: string;
  readonly hypervolume: boolean;
}

const inWords = (text: string): string =>
  `${objectiveTerm(text)!.name} (${text.startsWith("-") ? "low" : "high"} is better)`;

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });
const tick = (value: number): string => Math.abs(value) < 1e4 ? value.toLocaleString("en") : compact.format(value);

/** Axes and place of a panel. */
function frame(index: number, [x, y]: readonly [x: string, y: string]) {
  const axis = { ...axisStyle, type: "value", scale: true, nameLocation: "middle", gridIndex: index };
  const axisLabel = { ...axisStyle.axisLabel, formatter: tick };
  return {
    grid: {
      left: index * PANEL.width + PANEL.left,
      top: PANEL.top,
      width: PANEL.width - PANEL.left - PANEL.right,
      height: PANEL.height - PANEL.top - PANEL.bottom,
    },
    xAxis: { ...axis, axisLabel, name: x, nameGap: 30 },
    yAxis: { ...axis, axisLabel, name: y, nameGap: 56 },
  };
}

type Values = Pick<RatedCandidate, "objectives">;

/** The candidates and the front by two objectives; with two in all, the front is a line too. */
function frontPanel(found: RunFront, index: number) {
  const [first, other] = [found.objectives[0]!, found.objectives[index + 1]!],
    place = { xAxisIndex: index, yAxisIndex: index };
  const at = (
    { objectives }: Values,
  ) => [objectives[objectiveTerm(other)!.name]!, objectives[objectiveTerm(first)!.name]!];
  const every = Math.max(1, Math.ceil(found.candidates.length / MOST_DOTS));
  const dots = found.candidates.filter((_, position) => position % every === 0).map(at);
  const front = found.front.map(at).sort(([a], [b]) => a! - b!), joined = found.objectives.length === 2;
  const lineStyle = { color: colour("blue"), width: joined ? 1.5 : 0 };
  return {
    ...frame(index, [inWords(other), inWords(first)]),
    series: [
      { ...place, name: "candidate", type: "scatter", data: dots, silent: true, symbolSize: 4, color: colour("dot") },
      {
        ...{ ...place, name: "front", type: "line", data: front, silent: true, symbol: "circle", symbolSize: 6, z: 3 },
        ...{ color: colour("blue"), lineStyle, step: other.startsWith("-") ? "end" : "start" },
      },
    ],
  };
}

/** The hypervolume over proposals. */
function coursePanel(found: RunFront, index: number) {
  const data = found.course().map(({ index: proposal, hypervolume }) => [proposal, hypervolume]);
  const place = { xAxisIndex: index, yAxisIndex: index, step: "end", showSymbol: false, silent: true };
  const lineStyle = { color: colour("purple"), width: 2 };
  return {
    ...frame(index, ["proposal", "hypervolume"]),
    series: [{ ...place, name: "hypervolume", type: "line", data, color: colour("purple"), lineStyle }],
  };
}

/** Draws a front as SVG. */
export function frontPlot(found: RunFront, { id, hypervolume }: FrontPicture): Promise<string> {
  const panels = found.objectives.slice(1).map((_, index) => frontPanel(found, index));
  const all = [...panels, ...(hypervolume ? [coursePanel(found, panels.length)] : [])];
  const text = { color: colour("text") }, faint = { color: colour("faintText"), fontSize: 12 };
  const { front, candidates } = found;
  const subtext = `${grouped(front.length)} of ${grouped(candidates.length)} candidates are in the front` +
    (hypervolume ? `   ·   hypervolume up to ${referenceInWords(found)}` : "");
  const series = all.flatMap((panel) => panel.series as readonly { readonly name: string }[]);
  return svgOf({
    title: { text: id, subtext, left: PANEL.left - 5, top: 10, textStyle: text, subtextStyle: faint },
    legend: {
      data: [...new Set(series.map(({ name }) => name))].map((name) => ({ name, icon: "circle" })),
      ...{
        top: 62,
        left: PANEL.left - 5,
        textStyle: text,
        itemGap: 24,
        itemWidth: 12,
        itemHeight: 8,
        selectedMode: false,
      },
    },
    grid: all.map(({ grid }) => grid),
    xAxis: all.map(({ xAxis }) => xAxis),
    yAxis: all.map(({ yAxis }) => yAxis),
    series,
  }, { width: PANEL.width * all.length, height: PANEL.height, title: `Front of ${id}: ${subtext}` });
}
