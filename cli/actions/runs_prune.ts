/** What `zen runs prune` does. */
import {
  lastWrittenMs,
  listRuns,
  removeRun,
  runBytes,
  type RunListing,
  RunStoreError,
  runsToRemove,
  type RunSummary,
} from "../../core/io/mod.ts";
import type { PruneOptions } from "../commands/runs.ts";
import { UsageError } from "../errors.ts";
import { bytesInWords, note, print, printJson, printTable } from "../terminal.ts";

/** Removes the runs below a folder that match all rules. Throws UsageError; RunStoreError where one could not be removed. */
export function prune(root: string, options: PruneOptions): void {
  const { json = false, dryRun = false } = options;
  requireRule(options);
  const chosen = chosenRuns(listRuns(root), options);
  const bytes = new Map(chosen.map((run) => [run, runBytes(run.directory)]));
  const total = [...bytes.values()].reduce((sum, size) => sum + size, 0), count = countOf(chosen.length);
  if (!json) printRuns(chosen, bytes);
  if (dryRun || chosen.length === 0) return report({ chosen, bytes, total, json });
  if (!agreed(`Remove ${count}, ${bytesInWords(total)}?`, options)) return note("nothing was removed");
  removeAll(chosen, json);
}

function requireRule({ failed, olderThan, keep, keepBest }: PruneOptions): void {
  if (failed || olderThan !== undefined || keep !== undefined || keepBest !== undefined) return;
  throw new UsageError("Cannot choose runs without a rule: give --failed, --older-than, --keep or --keep-best");
}

function chosenRuns(listings: readonly RunListing[], { olderThan, ...rules }: PruneOptions): readonly RunSummary[] {
  for (const listing of listings) if ("error" in listing) note(`${listing.id} is left alone: ${listing.error.message}`);
  const runs = listings.flatMap((listing) => "summary" in listing ? [listing.summary] : []);
  return runsToRemove(runs, { ...rules, olderThanMs: olderThan, nowMs: Date.now() });
}

const countOf = (runs: number): string => `${runs} ${runs === 1 ? "run" : "runs"}`;

function printRuns(runs: readonly RunSummary[], bytes: ReadonlyMap<RunSummary, number>): void {
  if (runs.length === 0) return;
  printTable(
    ["run", "last written", "scored", "proposals", "best", "size"],
    runs.map((run) => [
      ...[run.id, new Date(lastWrittenMs(run)).toISOString().slice(0, 16).replace("T", " ")],
      ...[run.counts.scored, run.proposals, run.best?.score.toPrecision(6) ?? "–", bytesInWords(bytes.get(run)!)],
    ]),
  );
}

/** What would be removed, for a script or a person. */
function report({ chosen, bytes, total, json }: {
  readonly chosen: readonly RunSummary[];
  readonly bytes: ReadonlyMap<RunSummary, number>;
  readonly total: number;
  readonly json: boolean;
}): void {
  if (!json) {
    return print(chosen.length === 0 ? "no run matches" : `would free ${bytesInWords(total)}; nothing was removed`);
  }
  for (const run of chosen) printJson({ run: run.id, directory: run.directory, bytes: bytes.get(run), removed: false });
  printJson({ event: "done", removed: 0, bytes: 0 });
}

/** Whether the person who typed the command agrees. Throws UsageError where there is nobody to be asked. */
function agreed(question: string, { yes, json }: PruneOptions): boolean {
  if (yes) return true;
  if (json || !Deno.stdin.isTerminal()) {
    throw new UsageError("Cannot ask whether to remove runs without a terminal: give --yes, or --dry-run to list them");
  }
  return confirm(question);
}

/** Removes runs one by one; one that cannot be removed does not keep the others. Throws the first such error. */
function removeAll(runs: readonly RunSummary[], json: boolean): void {
  const failures: RunStoreError[] = [];
  let freed = 0, removed = 0;
  for (const { id, directory } of runs) {
    try {
      const { bytes, directoryRemoved } = removeRun(directory);
      freed += bytes;
      removed++;
      if (json) printJson({ run: id, directory, bytes, removed: true });
      if (!directoryRemoved) note(`${directory} is kept, as it holds files that are not the run's`);
    } catch (error) {
      if (!(error instanceof RunStoreError)) throw error;
      failures.push(error);
      if (json) printJson({ run: id, directory, bytes: 0, removed: false, error: error.message });
    }
  }
  if (json) printJson({ event: "done", removed, bytes: freed });
  else print(`removed ${countOf(removed)}, freed ${bytesInWords(freed)}`);
  for (const failure of failures.slice(1)) note(failure.message);
  if (failures[0]) throw failures[0];
}
