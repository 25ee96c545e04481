/** Reads runs, also while another process writes them. */
import { basename, resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import {
  ConfigError,
  evaluationsOf,
  noVerdicts,
  type ScoredCandidate,
  type SearchConfig,
  type VerdictCounts,
} from "../../search/mod.ts";
import {
  checkRun,
  isRanked,
  isRun,
  kindOf,
  openReadOnly,
  type ProposalOutcome,
  readBest,
  readConfig,
  readOutcomes,
  readProposals,
  readTop,
  type RecordedProposal,
  type RunKind,
} from "./database.ts";
import { readSessions, type RunSession } from "./sessions.ts";
import { RunLock } from "./lock.ts";
import { hasDatabase, notARun } from "./holding.ts";
import { onStore, RunStoreError } from "./error.ts";

/** The state of a run. */
export interface RunSummary {
  /** The name of its directory. */
  readonly id: string;
  /** Where it is. */
  readonly directory: string;
  /** What is searched, with the limits last given. */
  readonly config: SearchConfig;
  /** Whether a process is writing it now. */
  readonly running: boolean;
  /** Proposals committed so far. */
  readonly proposals: number;
  /** Candidates among them that went to the scorer. */
  readonly evaluations: number;
  /** How many met each verdict. */
  readonly counts: VerdictCounts;
  /**
   * The first candidate with the highest score; where scores are ranks, the best of the population after the last
   * proposal, with its score there. Null if none has a score.
   */
  readonly best: ScoredCandidate | null;
  /** Whether scores are ranks in the population: then the journal keeps the score with which each candidate entered. */
  readonly ranked: boolean;
  /** The periods in which processes wrote it, oldest first. */
  readonly sessions: readonly RunSession[];
  /** When the last proposal was recorded, in milliseconds since 1970; null before the first. */
  readonly lastProposalMs: number | null;
}

/** A run to be read. Another process may be writing it. */
export class RunReader implements Disposable {
  /** Where the run is. */
  readonly directory: string;
  readonly #database: DatabaseSync;

  /** Reads the run in a directory from its open database, which is closed on disposal. */
  constructor(directory: string, database: DatabaseSync) {
    this.directory = directory;
    this.#database = database;
  }

  /** All committed proposals in order. Throws RunStoreError. */
  proposals(): Generator<RecordedProposal> {
    return readProposals(this.#database, this.directory);
  }

  /** What became of all committed proposals, in order: quicker than {@link proposals}. Throws RunStoreError. */
  outcomes(): Generator<ProposalOutcome> {
    return readOutcomes(this.#database, this.directory);
  }

  /**
   * At most `count` candidates, best first, the earlier proposal first of equal scores: of the population where scores are
   * ranks, else of all that have a score. Throws RunStoreError.
   */
  top(count: number): readonly ScoredCandidate[] {
    return onStore(this.directory, "read", () => readTop(this.#database, count));
  }

  /** The state of the run. Throws RunStoreError. */
  summary(): RunSummary {
    return onStore(this.directory, "read", () => {
      const counts = this.#counts();
      return {
        id: runId(this.directory),
        directory: this.directory,
        config: readConfig(this.#database, this.directory),
        running: RunLock.isHeld(this.directory),
        proposals: Object.values(counts).reduce((sum, count) => sum + count, 0),
        evaluations: evaluationsOf(counts),
        counts,
        best: readBest(this.#database),
        ranked: isRanked(this.#database),
        sessions: readSessions(this.#database),
        lastProposalMs: this.#lastProposalMs(),
      };
    });
  }

  #counts(): VerdictCounts {
    const counts = noVerdicts();
    const rows = this.#database.prepare("SELECT verdict, count(*) AS number FROM proposals GROUP BY verdict").all();
    for (const row of rows) counts[row.verdict as keyof VerdictCounts] = Number(row.number);
    return counts;
  }

  #lastProposalMs(): number | null {
    const row = this.#database.prepare("SELECT time_ms FROM proposals ORDER BY id DESC LIMIT 1").get();
    return row ? Number(row.time_ms) : null;
  }

  /** Closes the database. */
  [Symbol.dispose](): void {
    this.#database.close();
  }
}

/** Opens a run to read it. Throws RunStoreError where it is none, or damaged, or of a newer version. */
export function openRunForReading(directory: string): RunReader {
  return onStore(directory, "open", () => {
    if (!hasDatabase(directory)) throw notARun(directory);
    using resources = new DisposableStack();
    const database = resources.use(openReadOnly(directory));
    checkRun(database, directory);
    resources.move();
    return new RunReader(directory, database);
  });
}

/** Whether a process is writing the run in a directory, of whatever kind it is. Throws RunStoreError. */
export function isRunning(directory: string): boolean {
  return onStore(directory, "read", () => RunLock.isHeld(directory));
}

/** The id of the run in a directory: the directory's name. */
export function runId(directory: string): string {
  return basename(resolve(directory));
}

/** A run among others: its summary, or why there is none. */
export type RunListing =
  & { readonly id: string; readonly directory: string }
  & (
    | { readonly summary: RunSummary }
    | { readonly error: RunStoreError | ConfigError }
  );

/** The directories directly below a root that hold a run's database, by name. A root that does not exist has none. */
export function runDirectories(root: string): readonly string[] {
  const names: string[] = [];
  try {
    for (const entry of Deno.readDirSync(root)) if (entry.isDirectory) names.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort().map((id) => `${root}/${id}`).filter((directory) => {
    try {
      return hasDatabase(directory);
    } catch {
      return true; // the system hides what is in it: whoever opens it gets to know why
    }
  });
}

/**
 * All runs of searches in the directories directly below a root, by name, and those that cannot be read with their error.
 */
export function listRuns(root: string): readonly RunListing[] {
  return runDirectories(root).flatMap((directory) => listing(directory) ?? []);
}

/** Nothing for a run of another kind. */
function listing(directory: string): RunListing | undefined {
  const id = runId(directory);
  try {
    if (runKind(directory) !== "search") return undefined;
    using run = openRunForReading(directory);
    return { id, directory, summary: run.summary() };
  } catch (error) {
    if (error instanceof RunStoreError || error instanceof ConfigError) return { id, directory, error };
    throw error;
  }
}

/** What a run does; `search` where its database is none, which opening it tells. Throws RunStoreError. */
export function runKind(directory: string): RunKind {
  return onStore(directory, "open", () => {
    if (!hasDatabase(directory)) throw notARun(directory);
    using database = openReadOnly(directory);
    return isRun(database) ? kindOf(database) : "search";
  });
}

/** The directory of a run given by its directory, or by its id below a root. Throws RunStoreError if there is none. */
export function findRun(idOrDirectory: string, root: string): string {
  const directories = [idOrDirectory, `${root}/${idOrDirectory}`];
  const found = directories.find(hasDatabase);
  if (found === undefined) throw notARun(idOrDirectory);
  return found;
}
