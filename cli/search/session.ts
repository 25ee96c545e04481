/** One session of a search at the terminal, whether it starts a run or continues one. */
import type { RunStore, SearchResult } from "../../core/io/mod.ts";
import { checkScores, openRunForReading, runId, runSearch } from "../../core/io/mod.ts";
import { screensOf } from "../../core/search/scorer.ts";
import type { SearchEvent } from "../../core/search/mod.ts";
import { Interrupted, NoScoreError } from "../errors.ts";
import { budgetFields } from "./budgets.ts";
import { SearchPace } from "./pace.ts";
import { writePlot } from "./picture.ts";
import type { SearchScoring } from "./scoring.ts";
import { PackageError } from "../../core/io/packages.ts";
import { printTop, topFacts } from "./top.ts";
import { duration, grouped, note, printFields, printJson } from "../terminal.ts";
import { ProgressLine } from "../progress.ts";

/** Where runs are kept unless told otherwise. */
export const RUNS_FOLDER = "runs";

/** A run to work on. */
export interface Session {
  readonly store: RunStore;
  readonly scoring: SearchScoring;
  readonly json: boolean;
  /** No progress is shown. */
  readonly quiet?: boolean | undefined;
  /** So many of the best candidates are printed too. */
  readonly top?: number | undefined;
  /** Whether a change of what decides scores is recorded rather than refused. Default: false. */
  readonly acceptChange?: boolean | undefined;
}

/**
 * Searches until a limit or an interrupt, showing progress, and prints what was found, also when the search fails. Throws
 * Interrupted after an interrupt, when everything done is on disk, RunChangedError where the run's scores come out otherwise,
 * and NoScoreError where every candidate failed.
 */
export async function runSession({ store, scoring, json, quiet, top, acceptChange = false }: Session): Promise<void> {
  const { directory, config } = store;
  note(`run: ${directory}`);
  const pace = new SearchPace(store);
  let result: SearchResult;
  try {
    const { scorer: score, proxy: { ranking }, space, watch, models } = scoring, { signal, abandon } = watch;
    watch.keepIn(directory);
    await checkScores(store, score, { acceptChange });
    using line = new ProgressLine({ hidden: json || quiet });
    const onEvent = (event: SearchEvent): void => {
      pace.count(event);
      noteFirstFailure(event, scoring.label);
      if (json && pace.worthReporting(event)) printJson({ event: "progress", ...pace.facts(event) });
      line.update(() => pace.progress(event));
    };
    const screens = screensOf(config), control = { signal, abandon, onEvent };
    result = await runSearch({ store, space, score, ranking, screens, ...models, ...control });
  } catch (error) {
    printBestSoFar(store, json);
    throw error;
  }
  const best = result.population.slice(0, top ?? 0);
  if (json) printJson({ ...finalEvent(result, pace.seconds), ...(top && { top: topFacts(best, config) }) });
  else {
    printResult(result, { store, seconds: pace.seconds });
    if (best.length > 0) printTop(best, config);
  }
  await drawRun(directory);
  if (result.stoppedBy === "aborted") {
    throw new Interrupted(`interrupted; everything done is kept, continue with: zen runs resume ${directory}`);
  }
  requireScores(result, scoring.label);
}

/** Tells the first failure of a search: later ones are in the journal. */
function noteFirstFailure({ proposal, counts }: SearchEvent, proxy: string): void {
  if (proposal.verdict !== "failed" || counts.failed !== 1) return;
  note(`${proxy} failed on a candidate: ${proposal.reason}\n  structure: ${proposal.structure}`);
}

/** Throws NoScoreError where candidates failed and none got a score. */
function requireScores({ best, failure, counts: { failed }, stoppedBy }: SearchResult, proxy: string): void {
  if (failure === undefined || best && stoppedBy !== "failures") return;
  const which = stoppedBy === "failures" ? `the first ${failed} candidates all` : `all ${failed} candidates`;
  const most = failure.count === failed ? "" : `, ${failure.count} of them so`;
  throw new NoScoreError(`Cannot search by ${proxy} as ${which} failed${most}: ${failure.reason}`);
}

/** Draws the search beside its report, whatever it ended by. */
async function drawRun(directory: string): Promise<void> {
  using run = openRunForReading(directory);
  try {
    await writePlot(run, `${directory}/search.svg`);
  } catch (error) {
    if (!(error instanceof PackageError)) throw error;
    note(`${error.message}: zen runs show --plot draws the picture later`);
  }
}

/** Prints the best candidate of a search that failed, as the folder may be lost. */
function printBestSoFar({ best, directory }: RunStore, json: boolean): void {
  if (json) return printJson({ event: "failed", best: best ?? null, run: runId(directory) });
  if (best) printFields([["best structure", best.structure], ["score", best.score.toPrecision(7)]]);
}

function finalEvent({ report, proposals, evaluations, stoppedBy, front }: SearchResult, seconds: number): object {
  const { best, budgets, run } = report;
  const event = stoppedBy === "aborted" ? "interrupted" : "done";
  const several = front && { front: front.map(({ structure, objectives }) => ({ structure, objectives })) };
  return { event, best, budgets, proposals, evaluations, seconds, run, ...several, stopped_by: stoppedBy };
}

/** How many proposals met each verdict; what no search meets without a cascade or race is left out where it is 0. */
function verdictsInWords({ report: { verdicts }, proposals, evaluations }: SearchResult): string {
  const { failed, outraced, duplicate } = verdicts, overBudget = verdicts["over-budget"];
  const screened = verdicts["screened-out"];
  return [
    `${grouped(proposals)}: ${grouped(evaluations)} scored (${failed} failed${
      outraced > 0 ? `, ${grouped(outraced)} outraced` : ""
    })`,
    `${grouped(overBudget)} over budget`,
    `${grouped(duplicate)} duplicates`,
    ...(screened > 0 ? [`${grouped(screened)} screened out`] : []),
  ].join(", ");
}

/** An option with which the search goes on: the limit that ended it, or what the run has taken of it, doubled. */
function higherLimit({ stoppedBy, proposals, evaluations }: SearchResult, { config, spentMs }: RunStore): string {
  if (stoppedBy === "time") return `--time ${Math.ceil(2 * Math.max(config.maxSeconds!, spentMs / 1000))}s`;
  if (stoppedBy === "patience") return `--patience ${config.patience! * 2}`;
  return stoppedBy === "proposals" ? `--max-proposals ${proposals * 2}` : `--max-evaluations ${evaluations * 2}`;
}

function printResult(
  result: SearchResult,
  { store, seconds }: { readonly store: RunStore; readonly seconds: number },
): void {
  const { report: { best, budgets }, proposals, front } = result, { directory } = store;
  if (!best && result.failure) return;
  if (!best) return note(`no candidate got a score in ${grouped(proposals)} proposals; see zen runs show ${directory}`);
  printFields([
    ...(front
      ? [["front", `${grouped(front.length)} candidates; zen runs front ${directory} lists them`] as const]
      : []),
    [front ? "highest score" : "best structure", best.structure],
    ["score", best.score.toPrecision(7)],
    ["parameters", grouped(best.parameters)],
    ["multiply-adds", grouped(best.macs)],
    ["layers", best.layers],
    ...budgetFields(budgets),
    ["proposals", verdictsInWords(result)],
    ["time", duration(seconds)],
    ["kept in", `${directory}/best_structure.txt, report.json and search.svg`],
    ["continue with", `zen runs resume ${directory} ${higherLimit(result, store)}`],
  ]);
}
