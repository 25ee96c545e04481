/** The journal of a search on disk: a directory with an SQLite database that one process writes and any may read. */
import type { DatabaseSync } from "node:sqlite";
import type { Proposal, ScoredCandidate, SearchConfig } from "../../search/mod.ts";
import {
  firstScored,
  readProposals,
  type RecordedProposal,
  type RecordedStanding,
  RUN_FILE,
  verdictColumns,
  writeStanding,
} from "./database.ts";
import { addAccepted, readSpentMs } from "./sessions.ts";
import { onStore, RunStoreError } from "./error.ts";
import type { RunChange } from "./identity.ts";
import { readStuck, type StuckCandidate } from "./stuck.ts";

/** Proposals are committed when so many wait, or when one comes so many milliseconds after the last commit. */
const COMMIT = { proposals: 1000, intervalMs: 100 } as const;

/** What a run that may be written consists of. */
export interface HeldRun {
  /** Where the run is. */
  readonly directory: string;
  /** What is searched. */
  readonly config: SearchConfig;
  /** The run's database, open for writing. */
  readonly database: DatabaseSync;
  /** The lock that keeps other writers out until it is disposed of. */
  readonly lock: Disposable;
}

/**
 * A run that this process writes while no other can; `createRun` and `openRunForWriting` make it. A process that is killed
 * loses what it has not committed, at most the proposals of the tenth of a second after a commit; a continued search finds
 * them again.
 */
export class RunStore implements Disposable {
  readonly #run: HeldRun;
  readonly #file: number | null | undefined;
  #pending: RecordedProposal[] = [];
  #committedMs = 0;
  #standing: RecordedStanding = { best: undefined };

  /** Takes over the database and the lock of a run. */
  constructor(run: HeldRun) {
    this.#run = run;
    this.#file = this.#fileNow();
  }

  /** The directory of the run. */
  get directory(): string {
    return this.#run.directory;
  }

  /** What is searched; its limits are those last given. */
  get config(): SearchConfig {
    return this.#run.config;
  }

  /** The best candidate that came with a proposal, be it committed or not. */
  get best(): ScoredCandidate | undefined {
    return this.#standing.best;
  }

  /** Milliseconds of wall time that the run's sessions have taken, each from its start to its last committed proposal. */
  get spentMs(): number {
    return onStore(this.directory, "read", () => readSpentMs(this.#run.database));
  }

  /**
   * Adds the next proposal, stamped with the time, and what the search holds after it, which readers name. Without it they
   * name the candidates with the highest scores. Throws RunStoreError when a commit is due and fails.
   */
  append(proposal: Proposal, standing: RecordedStanding = { best: undefined }): void {
    const timeMs = Date.now();
    this.#standing = standing;
    this.#pending.push({ ...proposal, timeMs });
    const due = timeMs - this.#committedMs >= COMMIT.intervalMs || this.#pending.length >= COMMIT.proposals;
    if (due) this.flush();
  }

  /**
   * Commits everything appended. Throws RunStoreError, also where the database was removed or replaced, and forgets what it
   * could not commit.
   */
  flush(): void {
    const proposals = this.#pending;
    this.#pending = [];
    // SQLite would go on writing to the file that has lost its name.
    if (this.#fileNow() !== this.#file) {
      const what = `Cannot write to run ${this.directory} as its ${RUN_FILE} was removed or replaced`;
      throw new RunStoreError(this.directory, what);
    }
    if (proposals.length > 0) onStore(this.directory, "write to", () => this.#commit(proposals));
    this.#committedMs = Date.now();
  }

  /** The number that the file system gives the database's file, null where it gives none; undefined if there is no file. */
  #fileNow(): number | null | undefined {
    try {
      return Deno.statSync(`${this.directory}/${RUN_FILE}`).ino;
    } catch {
      return undefined;
    }
  }

  #commit(proposals: readonly RecordedProposal[]): void {
    const { database } = this.#run;
    database.exec("BEGIN");
    try {
      const insert = database.prepare("INSERT INTO proposals VALUES (?, ?, ?, ?, ?, ?)");
      for (const proposal of proposals) {
        const { detail, score } = verdictColumns(proposal);
        insert.run(proposal.index, proposal.structure, proposal.verdict, detail, score, proposal.timeMs);
      }
      writeStanding(database, this.#standing);
      database.exec("COMMIT");
    } catch (error) {
      // SQLite has rolled back by itself after some errors, such as a full disk.
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  /** All committed proposals in order. Throws RunStoreError. */
  *proposals(): Generator<RecordedProposal> {
    yield* readProposals(this.#run.database, this.directory);
  }

  /** The first scored proposal since the last change that was accepted; undefined if there is none. Throws RunStoreError. */
  firstScored(): RecordedProposal | undefined {
    return onStore(this.directory, "read", () => firstScored(this.#run.database, this.directory));
  }

  /** Candidates that blocked the thread of an earlier session. Throws RunStoreError. */
  stuck(): readonly StuckCandidate[] {
    return onStore(this.directory, "read", () => readStuck(this.#run.database));
  }

  /** Records a change that this session accepts. Throws RunStoreError. */
  accept(change: RunChange): void {
    onStore(this.directory, "write to", () => addAccepted(this.#run.database, change));
  }

  /** Commits, closes the database and lets go of the run. */
  [Symbol.dispose](): void {
    using _lock = this.#run.lock;
    try {
      if (this.#pending.length > 0) this.flush();
    } finally {
      onStore(this.directory, "close", () => this.#run.database.close());
    }
  }
}
