/** What `zen runs` does. */
import {
  csvLine,
  findRun,
  journalTable,
  listRuns,
  loadModules,
  modulesOf,
  openRunForReading,
  openRunForWriting,
  runId,
  runKind,
  type RunReader,
  type RunSession,
  type RunSummary,
} from "../../core/io/mod.ts";
import { parseStructure, StructureSyntaxError } from "../../core/networks/masternet/mod.ts";
import { type BudgetUse, budgetUses, type SearchConfig } from "../../core/search/mod.ts";
import type { ResumeOptions, RootOptions, ShowOptions } from "../commands/runs.ts";
import { admitModules } from "../search/admission.ts";
import { budgetFields } from "../search/budgets.ts";
import { withScorer } from "../search/scoring.ts";
import { runSession } from "../search/session.ts";
import { writePlot } from "../search/picture.ts";
import { printTop, topFacts } from "../search/top.ts";
import { limitsFrom } from "../setting_options.ts";
import { listTrainings, resumeTraining, showTraining } from "../training/runs.ts";
import { note, print, printFields, printJson, printTable } from "../terminal.ts";

/** What scripts learn of a run. */
function facts(summary: RunSummary): unknown {
  const { id, directory, running, proposals, evaluations, counts, best, config } = summary;
  return { run: id, directory, running, proposals, evaluations, verdicts: counts, best, config };
}

/** Prints a line for each run. */
export function list({ root, json }: RootOptions): void {
  const rows: string[][] = [];
  for (const listing of listRuns(root)) {
    if ("error" in listing) {
      note(`${listing.id}: ${listing.error.message}`);
      continue;
    }
    const { summary } = listing;
    if (json) printJson(facts(summary));
    const score = summary.best?.score.toPrecision(6) ?? "–";
    rows.push([listing.id, summary.running ? "running" : "", `${summary.evaluations}`, `${summary.proposals}`, score]);
  }
  const trainings = listTrainings(root, { json });
  if (json) return;
  if (rows.length + trainings.length === 0) return note(`no runs in ${root}`);
  if (rows.length > 0) printTable(["run", "state", "scored", "proposals", "best"], rows);
  if (trainings.length > 0) printTable(["training", "state", "epochs", "steps", "loss", "best top-1"], trainings);
}

/** A value of a verdict, or its named numbers. */
function inWords(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value).map(([name, number]) => `${name}=${number}`).join(" ");
}

/** How much of each budget a structure takes; nothing where it has blocks of modules, which a look at a run does not load. */
function usesOf(structure: string, config: SearchConfig): readonly BudgetUse[] {
  try {
    return budgetUses(parseStructure(structure), config);
  } catch (error) {
    if (error instanceof StructureSyntaxError) return [];
    throw error;
  }
}

/** Prints a run, its journal, its best candidates, or these as CSV; or draws it. Throws RunStoreError. */
export async function show(name: string, { root, json = false, journal, csv, top, plot }: ShowOptions): Promise<void> {
  const directory = findRun(name, root);
  if (runKind(directory) === "training") return showTraining(directory, { json, journal, csv, top, plot });
  using run = openRunForReading(directory);
  if (plot !== undefined) {
    await writePlot(run, plot);
    return json ? printJson({ run: runId(run.directory), plot }) : note(`wrote ${plot}`);
  }
  if (journal) return printJournal(run, json);
  if (csv) return printCsv(run, top);
  const summary = run.summary();
  if (top !== undefined) {
    if (!json) return printTop(run.top(top), summary.config);
    return topFacts(run.top(top), summary.config).forEach(printJson);
  }
  const { best, counts, config } = summary;
  const budgets = best ? usesOf(best.structure, config) : [];
  if (json) return printJson({ ...facts(summary) as object, budgets, sessions: summary.sessions });
  printFields([
    ["run", `${summary.directory}${summary.running ? " (running)" : ""}`],
    ["search", `${config.preset ?? "own"}, proxy ${config.proxy}, space ${config.space}, seed ${config.seed}`],
    ["proposals", summary.proposals],
    ["verdicts", Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`).join(", ")],
    ["best", best ? `${best.score.toPrecision(7)}  ${best.structure}` : "none"],
    ...budgetFields(budgets),
    ...summary.sessions.flatMap(sessionFields),
  ]);
}

function printJournal(run: RunReader, json: boolean): void {
  for (const proposal of run.proposals()) {
    const { index, structure, timeMs, ...verdict } = proposal;
    if (json) printJson({ index, ...verdict, structure, time_ms: timeMs });
    else print(`${index}\t${Object.values(verdict).map(inWords).join(" ")}\t${structure}`);
  }
}

function printCsv(run: RunReader, top: number | undefined): void {
  const { columns, rows } = journalTable(run, { top });
  print(csvLine(columns));
  for (const row of rows) print(csvLine(row));
}

/** Where a session ran, what decided its scores, and what it accepted. */
function sessionFields({ machine, firstProposal, identity, accepted }: RunSession): (readonly [string, string])[] {
  const parts = Object.entries(identity).map(([part, value]) => `${part} ${value}`);
  return [
    ["ran on", `${machine.host}, ${machine.device}`],
    ...(parts.length > 0 ? [["  made by", parts.join("; ")] as const] : []),
    ...accepted.map(({ part, was, is }) =>
      ["  accepted", `from proposal ${firstProposal}: ${part} was ${was}, is ${is}`] as const
    ),
  ];
}

/** Goes on with a run until a limit or an interrupt. Throws RunStoreError, RunChangedError, Interrupted. */
export async function resume(name: string, options: ResumeOptions): Promise<void> {
  const directory = findRun(name, options.root);
  if (runKind(directory) === "training") return await resumeTraining(directory, options);
  const config = ((): RunSummary["config"] => {
    using run = openRunForReading(directory);
    return run.summary().config;
  })();
  await admitModules(directory, options.module);
  await loadModules(modulesOf(config.modules));
  const { acceptChange, json = false, quiet, top } = options, { timeout = config.timeout } = options;
  await withScorer({ ...config, timeout }, options, async (scoring) => {
    const { device, modules, identity } = scoring, limits = limitsFrom(options);
    using store = openRunForWriting(directory, { device, modules, identity, limits, acceptChange });
    await runSession({ store, scoring, json, quiet, top, acceptChange });
  });
}
