/** Finalists as they are printed: who would be trained, and who did how well. */
import { costCounter } from "../../core/io/mod.ts";
import type { Finalist, FinalistVerdict, SearchConfig, TrainedFinalist } from "../../core/search/mod.ts";
import type { TrainConfig } from "../../core/train/mod.ts";
import type { FinalistsOptions } from "../commands/finalists.ts";
import { grouped, print, printFields, printJson, printTable } from "../terminal.ts";
import { describeSubject, openTrainingSubject } from "../training/subject.ts";

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const shownScore = (score: number | null): string => score === null ? "–" : score.toPrecision(6);

/** Prints whom a call would train, and the multiply-adds of all trainings: forward and twice as many backward. */
export async function printPlan(
  finalists: readonly Finalist[],
  { search, config, options }: {
    readonly search: SearchConfig;
    readonly config: TrainConfig;
    readonly options: FinalistsOptions;
  },
): Promise<void> {
  const count = costCounter(search), costs = finalists.map(({ structure }) => count(structure));
  const subject = await describeSubject(finalists[0]!.structure, options);
  const { train } = await openTrainingSubject(subject, config);
  const images = train.count * config.epochs * options.seeds;
  const macs = 3 * images * costs.reduce((sum, cost) => sum + cost.macs, 0);
  const trainings = finalists.length * options.seeds;
  if (options.json) {
    const rows = finalists.map((one, at) => ({ ...one, parameters: costs[at]!.parameters, macs: costs[at]!.macs }));
    return printJson({ finalists: rows, trainings, images: images * finalists.length, training_macs: macs });
  }
  printTable(
    ["finalist", "chosen by", "score", "parameters", "multiply-adds", "structure"],
    finalists.map(({ structure, origins, score }, at) => [
      ...[at + 1, origins.join(", "), shownScore(score)],
      ...[grouped(costs[at]!.parameters), grouped(costs[at]!.macs), structure],
    ]),
  );
  printFields([
    ["trainings", trainings],
    ["epochs", config.epochs],
    ["images", grouped(images * finalists.length)],
    ["multiply-adds", macs.toExponential(2)],
  ]);
}

/** Prints accuracies, with intervals where there are several seeds, and how well scores rank them. */
export function printFinalists(
  finalists: readonly TrainedFinalist[],
  { verdict, options, path }: {
    readonly verdict: FinalistVerdict;
    readonly options: FinalistsOptions;
    readonly path: string;
  },
): void {
  if (options.json) {
    const rows = finalists.map((one, at) => ({ ...one, ...verdict.accuracies[at] }));
    return printJson({
      event: "done",
      finalists: rows,
      by_origin: verdict.byOrigin,
      kendall: verdict.kendall,
      plot: path,
    });
  }
  printTable(
    ["finalist", "chosen by", "score", "top-1", "95 % interval", "structure"],
    finalists.map(({ structure, origins, score }, at) => {
      const { mean, interval95 } = verdict.accuracies[at]!;
      const interval = interval95 ? interval95.map(percent).join(" … ") : "–";
      return [at + 1, origins.join(", "), shownScore(score), percent(mean), interval, structure];
    }),
  );
  print("");
  printFields([
    ...Object.entries(verdict.byOrigin).flatMap(([origin, mean]) =>
      mean === null ? [] : [[`mean of ${origin}`, percent(mean)] as const]
    ),
    ["Kendall τ", verdict.kendall === null ? "–" : verdict.kendall.toFixed(3)],
    ["plot", path],
  ]);
}
