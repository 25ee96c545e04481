/** The picture of a search: scores and verdicts over proposals. */
import type { RunReader, RunSummary } from "../../core/io/mod.ts";
import { verdicts } from "../../core/search/mod.ts";
import { axisStyle, colour, type ColourName, svgOf } from "../../serve/charts/plot.ts";
import { verdictColours } from "../../serve/charts/verdict_colours.ts";
import { duration, grouped } from "../terminal.ts";
import { courseOf, type Point, type SearchCourse } from "./course.ts";
import { verdictWords } from "./verdict_words.ts";

/** Pixels. */
const SIZE = { width: 960, height: 640 } as const;
const GRID = { left: 88, width: 844, outerBoundsMode: "none" } as const;
const SCORES = { ...GRID, top: 100, height: 300 } as const, VERDICTS = { ...GRID, top: 482, height: 100 } as const;

/** The lowest score that is drawn: those far below would press the others together (Tukey's far-out values). */
function floorOf(scores: readonly number[]): number {
  const sorted = scores.toSorted((a, b) => a - b);
  const quartile = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  const fence = quartile(0.25) - 3 * (quartile(0.75) - quartile(0.25));
  return sorted.find((score) => score >= fence) ?? 0;
}

/** The lines and dots above: of ranks there are dots alone. Lines below the floor run along it. */
function scoreSeries({ dots, best, median, lowest, proposals }: SearchCourse, floor: number): readonly object[] {
  const line = (name: string, points: readonly Point[], [hue, width]: readonly [ColourName, number]) => {
    const end = points.slice(-1).map(([, score]) => [proposals, score] as const);
    return {
      ...{ name, type: "line", step: "end", showSymbol: false, silent: true, z: 3, color: colour(hue) },
      lineStyle: { color: colour(hue), width },
      data: [...points, ...end].map(([proposal, score]) => [proposal, Math.max(score, floor)]),
    };
  };
  const shown = dots.filter(([, score]) => score >= floor);
  return [
    { name: "candidate", type: "scatter", data: shown, silent: true, symbolSize: 4, color: colour("dot") },
    ...(best.length === 0 ? [] : [
      line("population, lowest", lowest, ["amber", 1.5]),
      line("population, median", median, ["purple", 1.5]),
      line("best so far", best, ["blue", 2.5]),
    ]),
  ];
}

/** The verdicts' shares in percent, stacked, constant in each bin. */
function verdictSeries({ bins, binSize, proposals }: SearchCourse): readonly object[] {
  const met = verdicts.toReversed().filter((verdict) => bins.some((bin) => bin[verdict] > 0));
  return met.map((verdict) => {
    const shares = bins.map((bin, index) => {
      const first = index * binSize;
      return [first, 100 * bin[verdict] / Math.min(binSize, proposals - first)] as const;
    });
    return {
      ...{ name: verdictWords[verdict], type: "line", step: "end", stack: "verdicts", xAxisIndex: 1, yAxisIndex: 1 },
      ...{ showSymbol: false, silent: true, lineStyle: { width: 0 }, color: colour(verdictColours[verdict]) },
      areaStyle: { color: colour(verdictColours[verdict]), opacity: 1 },
      data: [...shares, [proposals, shares.at(-1)![1]]],
    };
  });
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });

/** A tick of the scores, short enough for the margin. */
const tick = (score: number): string => Math.abs(score) < 1e5 ? score.toLocaleString("en") : compact.format(score);

/** What was searched and how far, in one line. */
function subtitle({ config, best, counts }: RunSummary, { proposals, seconds }: SearchCourse): string {
  const found = best
    ? `best ${best.score.toPrecision(6)} by proposal ${grouped(best.index)}`
    : "no candidate has a score";
  return [
    `${grouped(proposals)} proposals in ${duration(seconds)}`,
    `${grouped(counts.scored)} scored`,
    found,
    `space ${config.space}`,
    `seed ${config.seed}`,
  ].join("   ·   ");
}

/** What the dots are, where that needs to be said. */
function remark(
  { dotEvery, dots }: SearchCourse,
  { ranked, floor }: { readonly ranked: boolean; readonly floor: number },
) {
  const below = dots.filter(([, score]) => score < floor).length;
  return [
    ...ranked ? ["scores are ranks in the population that each candidate entered: they do not compare over time"] : [],
    ...dotEvery > 1 ? [`one candidate in ${grouped(dotEvery)} is drawn`] : [],
    ...below > 0 ? [`below the axis: ${grouped(below)}`] : [],
  ].join("; ");
}

/** Draws a run as SVG: scores above, the shares of verdicts below. Throws RunStoreError. */
export function searchPlot(run: RunReader): Promise<string> {
  const summary = run.summary(), course = courseOf(run), { id, config, ranked } = summary;
  const floor = floorOf(course.dots.map(([, score]) => score));
  const scores = scoreSeries(course, floor), shares = verdictSeries(course), text = { color: colour("text") };
  const faint = { color: colour("faintText"), fontSize: 12, fontWeight: "normal" }, left = GRID.left - 5;
  const x = {
    ...axisStyle,
    type: "value",
    min: 0,
    max: Math.max(1, course.proposals),
    minInterval: 1,
    axisLine: { ...axisStyle.axisLine, onZero: false },
  };
  const y = { ...axisStyle, type: "value", nameLocation: "middle", nameGap: 62 };
  const legend = (series: readonly object[], top: number) => ({
    ...{ data: series.map(legendItem), top, left, textStyle: text, itemGap: 24, itemWidth: 12, itemHeight: 8 },
    selectedMode: false,
  });
  return svgOf({
    title: [
      { text: id, subtext: subtitle(summary, course), left, top: 10, textStyle: text, subtextStyle: faint },
      { text: remark(course, { ranked, floor }), left, top: SCORES.top + SCORES.height + 24, textStyle: faint },
    ],
    legend: [legend(scores.toReversed(), 66), legend(shares, VERDICTS.top - 30)],
    grid: [SCORES, VERDICTS],
    xAxis: [{ ...x, gridIndex: 0 }, { ...x, gridIndex: 1, name: "proposal", nameLocation: "middle", nameGap: 28 }],
    yAxis: [
      {
        ...{ ...y, name: `score (${config.proxy})`, scale: true, gridIndex: 0 },
        axisLabel: { ...axisStyle.axisLabel, formatter: tick },
      },
      { ...y, name: "proposals (%)", max: 100, interval: 50, gridIndex: 1 },
    ],
    series: [...scores, ...shares],
  }, { ...SIZE, title: `Search ${id}: ${subtitle(summary, course)}` });
}

const legendItem = (series: object) => {
  const { name, type } = series as { readonly name: string; readonly type: string };
  return { name, icon: type === "scatter" ? "circle" : "roundRect" };
};
