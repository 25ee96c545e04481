/** The pictures of runs. */
import { verdicts } from "../../core/search/mod.ts";
import type { SearchView } from "../views/search_view.ts";
import type { TrainingView } from "../views/training_view.ts";
import { axisStyle, colour, type ColourName, svgOf } from "./plot.ts";
import { verdictColours } from "./verdict_colours.ts";

/** Pixels. */
const SIZE = { width: 640, height: 360 } as const;

/** A picture, with what it shows for those who cannot see it. */
export interface Chart {
  /** Its name in addresses. */
  readonly name: string;
  /** What stands above it. */
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly description: string;
  /** Draws it as SVG. */
  draw(): Promise<string>;
}

/** What is drawn, by the names of the axes. */
interface Drawing {
  readonly x: string;
  readonly y: string;
  readonly series: readonly object[];
  readonly xAxis?: object;
  readonly yAxis?: object;
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 });
const tick = (value: number): string => Math.abs(value) < 1e4 ? value.toLocaleString("en") : compact.format(value);

function drawn({ x, y, series, xAxis, yAxis }: Drawing, title: string): Promise<string> {
  const axis = { ...axisStyle, type: "value", scale: true, nameLocation: "middle" };
  const label = { ...axisStyle.axisLabel, formatter: tick }, text = { color: colour("text") };
  const named = series.length > 1;
  return svgOf({
    ...named && { legend: { top: 6, textStyle: text, selectedMode: false } },
    grid: { left: 72, right: 20, top: named ? 40 : 20, bottom: 48, outerBoundsMode: "none" },
    xAxis: { ...axis, name: x, nameGap: 28, axisLabel: label, ...xAxis },
    yAxis: { ...axis, name: y, nameGap: 54, axisLabel: label, ...yAxis },
    series,
  }, { ...SIZE, title });
}

/** A line; a step after each point where `step`. */
function line(name: string, hue: ColourName, data: readonly (readonly number[])[], extra: object = {}): object {
  return { ...{ name, type: "line", data, showSymbol: data.length === 1, silent: true, color: colour(hue) }, ...extra };
}

function verdictSeries({ bins, binSize, proposals }: SearchView["course"]): readonly object[] {
  return verdicts.filter((verdict) => bins.some((bin) => bin[verdict] > 0)).map((verdict) => {
    const share = (index: number): number =>
      100 * bins[index]![verdict] / Math.min(binSize, proposals - index * binSize);
    const data = bins.map((_, index) => [index * binSize, share(index)]), hue = verdictColours[verdict];
    const area = { areaStyle: { color: colour(hue), opacity: 1 }, lineStyle: { width: 0 }, stack: "verdicts" };
    return line(verdict, hue, [...data, [proposals, data.at(-1)![1]!]], { ...area, step: "end" });
  });
}

/** The pictures of a search for which it has data. */
export function searchCharts({ id, proxy, course, front }: SearchView): readonly Chart[] {
  const { best, histogram, bins, proposals } = course, end = best.at(-1);
  const chart = (name: string, [title, description]: readonly [string, string], drawing: () => Drawing): Chart => (
    { name, title, description, draw: () => drawn(drawing(), `${title}, run ${id}`) }
  );
  return [
    end && chart("best", ["Best so far", `The best score rises to ${end.score} by proposal ${end.proposal}`], () => ({
      ...{ x: "proposal", y: `score (${proxy})`, xAxis: { min: 0, max: proposals } },
      series: [
        line("best", "blue", [...best.map((one) => [one.proposal, one.score]), [proposals, end.score]], {
          step: "end",
        }),
      ],
    })),
    histogram && chart("scores", ["Scores", `How often scores occur, from ${histogram.from} up`], () => {
      const { from, width, counts } = histogram;
      const data = counts.map((count, bin) => [from + (bin + 0.5) * width, count]);
      const bars = { type: "bar", data, silent: true, barWidth: "92%", color: colour("blue") };
      return { x: `score (${proxy})`, y: "candidates", series: [bars], yAxis: { scale: false } };
    }),
    bins.length > 0 && chart("verdicts", ["Verdicts", "The shares of verdicts over proposals, in percent"], () => ({
      ...{ x: "proposal", y: "proposals (%)", series: verdictSeries(course) },
      ...{ xAxis: { min: 0, max: proposals }, yAxis: { min: 0, max: 100 } },
    })),
    front && chart("front", ["Front", `${front.front.length} candidates that no other is better than`], () => {
      const [x, y] = front.axes,
        dots = (name: string, hue: ColourName, of: typeof front.dots, size: number) => (
          {
            name,
            type: "scatter",
            data: of.map((dot) => [dot.x, dot.y]),
            symbolSize: size,
            silent: true,
            color: colour(hue),
          }
        );
      return { x, y, series: [dots("candidates", "dot", front.dots, 4), dots("front", "blue", front.front, 8)] };
    }),
  ].filter((one) => !!one);
}

/** The pictures of a training for which it has data. */
export function trainingCharts({ id, losses, epochs }: TrainingView): readonly Chart[] {
  const tested = epochs.filter(({ test }) => test), last = losses.at(-1), top1 = tested.at(-1)?.test?.top1;
  const loss: Chart | undefined = last && {
    ...{ name: "loss", title: "Loss", description: `The loss is ${last.loss} after ${last.step} steps` },
    draw: () =>
      drawn({
        ...{ x: "step", y: "loss" },
        series: [
          line("training", "blue", losses.map((one) => [one.step, one.loss])),
          ...tested.length > 0 ? [line("test", "amber", tested.map(({ step, test }) => [step, test!.loss]))] : [],
        ],
      }, `Loss, run ${id}`),
  };
  const accuracy: Chart | undefined = top1 === undefined ? undefined : {
    ...{ name: "top1", title: "Top-1", description: `Top-1 is ${(100 * top1).toFixed(2)} % after the last test` },
    draw: () =>
      drawn({
        ...{ x: "epoch", y: "top-1 (%)", xAxis: { minInterval: 1 } },
        series: [line("top-1", "green", tested.map(({ epoch, test }) => [epoch, 100 * test!.top1]))],
      }, `Top-1, run ${id}`),
  };
  return [loss, accuracy].filter((one) => one !== undefined);
}

/** Colours of runs that are compared, in order. */
const runColours = ["blue", "amber", "green", "purple", "teal", "red", "grey", "dot"] as const;
/** The most runs in a comparison: one a colour. */
export const MOST_COMPARED: number = runColours.length;

/** Curves of several runs: best scores over evaluations of searches, else top-1 over epochs of trainings. Draws the first eight. */
export function comparison(views: readonly (SearchView | TrainingView)[]): Promise<string> {
  const searches = views.filter((view) => view.kind === "search"),
    trainings = views.filter((view) => view.kind === "training");
  const series = searches.length > 0
    ? searches.slice(0, MOST_COMPARED).map(({ id, course: { best }, evaluations }, place) => {
      const points = best.map((one) => [one.evaluations, one.score]),
        end = best.slice(-1).map(({ score }) => [evaluations, score]);
      return line(id, runColours[place]!, [...points, ...end], { step: "end" });
    })
    : trainings.slice(0, MOST_COMPARED).map(({ id, epochs }, place) => {
      const points = epochs.flatMap(({ epoch, test }) => test ? [[epoch, 100 * test.top1]] : []);
      return line(id, runColours[place]!, points);
    });
  const axes = searches.length > 0 ? { x: "evaluations", y: "best score" } : { x: "epoch", y: "top-1 (%)" };
  return drawn({ ...axes, series }, `Comparison of ${views.map(({ id }) => id).join(", ")}`);
}
