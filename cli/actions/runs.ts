/** What `zen runs` does. */
import {
  findRun,
  listRuns,
  loadModules,
  modulesOf,
  openRunForReading,
  openRunForWriting,
  type RunSummary,
} from "../../core/io/mod.ts";
import type { ResumeOptions, RootOptions, ShowOptions } from "../commands/runs.ts";
import { admitModules } from "../search/admission.ts";
import { runSession, withScorer } from "../search/session.ts";
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
  if (json) return;
  if (rows.length === 0) return note(`no runs in ${root}`);
  printTable(["run", "state", "scored", "proposals", "best"], rows);
}

/** Prints a run or its journal. Throws RunStoreError. */
export function show(name: string, { root, json, journal }: ShowOptions): void {
  using run = openRunForReading(findRun(name, root));
  const summary = run.summary();
  if (journal) {
    for (const proposal of run.proposals()) {
      const { index, structure, timeMs, ...verdict } = proposal;
      if (json) printJson({ index, ...verdict, structure, time_ms: timeMs });
      else print(`${index}\t${Object.values(verdict).join(" ")}\t${structure}`);
    }
    return;
  }
  if (json) return printJson({ ...facts(summary) as object, sessions: summary.sessions });
  const { best, counts, config } = summary;
  printFields([
    ["run", `${summary.directory}${summary.running ? " (running)" : ""}`],
    ["search", `${config.preset ?? "own"}, proxy ${config.proxy}, space ${config.space}, seed ${config.seed}`],
    ["proposals", summary.proposals],
    ["verdicts", Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`).join(", ")],
    ["best", best ? `${best.score.toPrecision(7)}  ${best.structure}` : "none"],
    ...summary.sessions.map(({ machine }) => ["ran on", `${machine.host}, ${machine.device}`] as const),
  ]);
}

/** Goes on with a run until a limit or an interrupt. Throws RunStoreError, Interrupted. */
export async function resume(name: string, options: ResumeOptions): Promise<void> {
  const directory = findRun(name, options.root);
  const config = ((): RunSummary["config"] => {
    using run = openRunForReading(directory);
    return run.summary().config;
  })();
  await admitModules(directory, options.module);
  await loadModules(modulesOf(config.modules));
  const { maxProposals, maxEvaluations } = options;
  await withScorer(config, options, async (scoring) => {
    const { device, modules } = scoring, limits = { maxProposals, maxEvaluations };
    using store = openRunForWriting(directory, { device, modules, limits });
    await runSession({ store, scoring, json: options.json ?? false });
  });
}
