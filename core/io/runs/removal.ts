/** Choosing runs by rules, and removing them. */
import { type SearchConfig, withoutLimits } from "../../search/mod.ts";
import { checkRun, openReadOnly, RUN_FILE } from "./database.ts";
import { onStore, RunStoreError } from "./error.ts";
import { LOCK_FILE, RunLock } from "./lock.ts";
import type { RunSummary } from "./reader.ts";
import { reportFiles } from "./report.ts";

/** Rules for runs to be removed; a run must match every one that is given. */
export interface RemovalRules {
  /** Runs in which no candidate has a score. */
  readonly failed?: boolean | undefined;
  /** Runs to which nothing was written for so many milliseconds. */
  readonly olderThanMs?: number | undefined;
  /** All but so many of the newest. */
  readonly keep?: number | undefined;
  /** All but so many of the best of each search; searches are the same if only seeds and limits differ. */
  readonly keepBest?: number | undefined;
}

/** When something was last written to a run, in milliseconds since 1970. */
export function lastWrittenMs({ lastProposalMs, sessions }: RunSummary): number {
  return Math.max(lastProposalMs ?? 0, sessions.at(-1)?.startedMs ?? 0);
}

/** What is searched, without the seed and what decides when it ends: scores of runs are comparable where it is the same. */
function searchOf(config: SearchConfig): string {
  const { seed: _, preset: __, ...search } = withoutLimits(config);
  return JSON.stringify(search);
}

const newestFirst = (a: RunSummary, b: RunSummary): number => lastWrittenMs(b) - lastWrittenMs(a);
const bestFirst = (a: RunSummary, b: RunSummary): number =>
  (b.best?.score ?? -Infinity) - (a.best?.score ?? -Infinity) || newestFirst(a, b);

/**
 * The runs that match all rules, in the order given; none without a rule, and none that a process is writing. Running ones
 * count among the newest and the best that are kept. `nowMs` is the time, in milliseconds since 1970.
 */
export function runsToRemove(
  runs: readonly RunSummary[],
  { failed, olderThanMs, keep, keepBest, nowMs }: RemovalRules & { readonly nowMs: number },
): readonly RunSummary[] {
  if (!failed && olderThanMs === undefined && keep === undefined && keepBest === undefined) return [];
  const kept = new Set<RunSummary>(runs.filter(({ running }) => running));
  const keepFirst = (sorted: readonly RunSummary[], count: number) => {
    for (const run of sorted.slice(0, count)) kept.add(run);
  };
  if (keep !== undefined) keepFirst(runs.toSorted(newestFirst), keep);
  if (keepBest !== undefined) {
    for (const same of Map.groupBy(runs, ({ config }) => searchOf(config)).values()) {
      keepFirst(same.toSorted(bestFirst), keepBest);
    }
  }
  return runs.filter((run) =>
    !kept.has(run) && (!failed || run.best === null) &&
    (olderThanMs === undefined || nowMs - lastWrittenMs(run) >= olderThanMs)
  );
}

/** What SQLite keeps beside a database. */
const databaseFiles = (name: string): readonly string[] =>
  ["", "-wal", "-shm", "-journal"].map((end) => `${name}${end}`);

const runFiles: readonly string[] = [...databaseFiles(RUN_FILE), ...reportFiles];

/** The files among these names that are in a directory, with their bytes. */
function filesIn(directory: string, names: readonly string[]): readonly (readonly [path: string, bytes: number])[] {
  return names.flatMap((name) => {
    try {
      const path = `${directory}/${name}`, { size, isDirectory } = Deno.lstatSync(path);
      return isDirectory ? [] : [[path, size] as const];
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  });
}

type Files = ReturnType<typeof filesIn>;

/** The bytes of files; what readers of a database make beside it, if only to look at it, does not count. */
function bytesOf(files: Files): number {
  return files.reduce((sum, [path, bytes]) => path.endsWith("-shm") ? sum : sum + bytes, 0);
}

/** The bytes of the files of a run. Throws RunStoreError. */
export function runBytes(directory: string): number {
  return onStore(directory, "read", () => bytesOf(filesIn(directory, [...runFiles, ...databaseFiles(LOCK_FILE)])));
}

/** What became of a run that was to be removed. */
export interface Removal {
  /** Bytes of the files that were removed. */
  readonly bytes: number;
  /** Whether the directory is gone; it stays where it holds files that are not the run's. */
  readonly directoryRemoved: boolean;
}

/**
 * Removes a run's files, and its directory if nothing else is in it. Throws RunStoreError where the directory holds no run,
 * and where a process is writing it.
 */
export function removeRun(directory: string): Removal {
  return onStore(directory, "remove", () => {
    checkIsRun(directory);
    const own = removeHeld(directory), lock = filesIn(directory, databaseFiles(LOCK_FILE));
    for (const [path] of lock) Deno.removeSync(path);
    return { bytes: bytesOf([...own, ...lock]), directoryRemoved: removeIfEmpty(directory) };
  });
}

function checkIsRun(directory: string): void {
  using database = openReadOnly(directory);
  checkRun(database, directory);
}

/** Removes the files of a run but for its lock, while this process holds it. */
function removeHeld(directory: string): Files {
  using lock = RunLock.acquire(directory);
  if (!lock) {
    throw new RunStoreError(directory, `Cannot remove run ${directory} as a process is writing it`);
  }
  const files = filesIn(directory, runFiles);
  for (const [path] of files) Deno.removeSync(path);
  return files;
}

function removeIfEmpty(directory: string): boolean {
  if (!Deno.readDirSync(directory)[Symbol.iterator]().next().done) return false;
  Deno.removeSync(directory);
  return true;
}
