/** The tables of a run's database, and their rows as data. */
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import {
  parseUnloadedConfig,
  type Proposal,
  type ScoredCandidate,
  type SearchConfig,
  type SearchStanding,
  type Verdict,
} from "../../search/mod.ts";
import { readSessions } from "./sessions.ts";
import { isUnopenable, RunStoreError, storeError } from "./error.ts";

/** The database of a run, in its directory. */
export const RUN_FILE = "run.sqlite";

/** Marks a database as a run, in SQLite's header: the letters "zen" and the version of this mark itself. */
const APPLICATION_ID = 0x7a656e01;

/** The version of the tables, in SQLite's header. Version 1 had sessions without identity. */
const SCHEMA_VERSION = 2;

const TABLES = `
  CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY, started_ms INTEGER NOT NULL, first_proposal INTEGER NOT NULL, machine TEXT NOT NULL,
    identity TEXT, accepted TEXT
  );
  CREATE TABLE proposals (
    id INTEGER PRIMARY KEY, structure TEXT NOT NULL, verdict TEXT NOT NULL, detail TEXT, score REAL, time_ms INTEGER NOT NULL
  );
`;

/** What a run does. Runs of trainings have other tables, and say so in their `run` table; those of searches do not. */
export type RunKind = "search" | "training";

/** What a run does, by its database. */
export function kindOf(database: DatabaseSync): RunKind {
  return database.prepare("SELECT value FROM run WHERE key = 'kind'").get() ? "training" : "search";
}

/** Makes an empty database a run, in one transaction: a process killed half-way leaves it empty. */
export function createRunTables(
  database: DatabaseSync,
  { tables, notes }: { readonly tables: string; readonly notes: Readonly<Record<string, unknown>> },
): void {
  database.exec(`
    BEGIN IMMEDIATE; ${tables}
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_VERSION};
  `);
  const insert = database.prepare("INSERT INTO run VALUES (?, ?)");
  for (const [key, value] of Object.entries(notes)) insert.run(key, JSON.stringify(value));
  database.exec("COMMIT");
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** Whether the database is a run. Throws what SQLite throws when it is no database. */
export function isRun(database: DatabaseSync): boolean {
  return pragma(database, "application_id") === APPLICATION_ID;
}

/** Whether a database has nothing in it, as one has whose creation was cut short. */
export function isBlank(database: DatabaseSync): boolean {
  return database.prepare("SELECT count(*) AS objects FROM sqlite_schema").get()?.objects === 0;
}

/** Opens a run's database to read it. Throws what the system or SQLite throws. */
export function openReadOnly(directory: string): DatabaseSync {
  const path = `${directory}/${RUN_FILE}`;
  const { isFile, isDirectory } = Deno.statSync(path);
  if (!isFile) throw new Error(`${RUN_FILE} is a ${isDirectory ? "directory" : "pipe, socket or device"}`);
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    pragma(database, "schema_version");
    return database;
  } catch (error) {
    database.close();
    if (!isUnopenable(error)) throw error;
    // SQLite coordinates readers and a writer through a file beside the database, which it cannot make in a read-only
    // directory. If the file is missing there, no process writes the database, and it can be read as immutable.
    return new DatabaseSync(new URL(`${pathToFileURL(resolve(path))}?immutable=1`), { readOnly: true });
  }
}

/** Throws RunStoreError unless the database is a run of a kind that this version understands. */
export function checkRun(database: DatabaseSync, directory: string, kind: RunKind = "search"): void {
  const refuse = (why: string): never => {
    throw new RunStoreError(directory, `Cannot open run ${directory} as ${why}`);
  };
  if (!isRun(database)) refuse(`its ${RUN_FILE} is not the database of a run`);
  const version = pragma(database, "user_version");
  if (version > SCHEMA_VERSION) {
    refuse(`a newer zennas wrote it: got version ${version}, known up to ${SCHEMA_VERSION}`);
  }
  const found = kindOf(database);
  if (found !== kind) refuse(`it is the run of a ${found}, not of a ${kind}`);
}

/** Gives a run of an earlier version the tables of this one. */
export function upgradeTables(database: DatabaseSync): void {
  if (pragma(database, "user_version") === SCHEMA_VERSION) return;
  database.exec(`
    BEGIN IMMEDIATE;
    ALTER TABLE sessions ADD COLUMN identity TEXT;
    ALTER TABLE sessions ADD COLUMN accepted TEXT;
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT;
  `);
}

/** Makes an empty database the run of a search. */
export function createTables(database: DatabaseSync, config: SearchConfig): void {
  createRunTables(database, { tables: TABLES, notes: { config } });
}

/** Replaces the configuration of a run. */
export function writeConfig(database: DatabaseSync, config: SearchConfig): void {
  database.prepare("UPDATE run SET value = ? WHERE key = 'config'").run(JSON.stringify(config));
}

/** The configuration that a run has. */
export function readConfig(database: DatabaseSync, directory: string): SearchConfig {
  const row = database.prepare("SELECT value FROM run WHERE key = 'config'").get();
  if (!row) throw new RunStoreError(directory, `Cannot open run ${directory} as it has no configuration`);
  return parseUnloadedConfig(JSON.parse(String(row.value)), `run ${directory}`);
}

/** What is kept of a search's standing: the population's members where scores are ranks, as no other place tells them. */
export type RecordedStanding = Pick<SearchStanding, "best"> & Partial<SearchStanding>;

/**
 * Notes the best candidate of a run, and its population where scores are ranks: these change as members enter, so the
 * journal does not tell them.
 */
export function writeStanding(database: DatabaseSync, { best, members }: RecordedStanding): void {
  writeNote(database, "best", best);
  writeNote(database, "population", members?.map(({ index, score }) => [index, score]));
}

function writeNote(database: DatabaseSync, key: string, value: unknown): void {
  if (value === undefined) database.prepare("DELETE FROM run WHERE key = ?").run(key);
  else database.prepare("INSERT OR REPLACE INTO run VALUES (?, ?)").run(key, JSON.stringify(value));
}

function readNote<T>(database: DatabaseSync, key: string): T | undefined {
  const row = database.prepare("SELECT value FROM run WHERE key = ?").get(key);
  return row && JSON.parse(String(row.value)) as T;
}

/** Whether the scores of a run are ranks in its population. */
export function isRanked(database: DatabaseSync): boolean {
  return readNote(database, "population") !== undefined;
}

/** At most `count` candidates, best first: of the population where scores are ranks, else of the whole journal. */
export function readTop(database: DatabaseSync, count: number): readonly ScoredCandidate[] {
  const noted = readNote<readonly (readonly [index: number, score: number])[]>(database, "population");
  if (noted) {
    const find = database.prepare("SELECT structure FROM proposals WHERE id = ?");
    return noted.slice(0, count).map(([index, score]) => ({
      index,
      structure: String(find.get(index)?.structure),
      score,
    }));
  }
  return database.prepare(
    "SELECT id, structure, score FROM proposals WHERE verdict = 'scored' ORDER BY score DESC, id LIMIT ?",
  ).all(count).map((row) => ({ index: Number(row.id), structure: String(row.structure), score: Number(row.score) }));
}

/** The best candidate of a run: the one noted, else the first with the highest score; null if none has a score. */
export function readBest(database: DatabaseSync): ScoredCandidate | null {
  return readNote<ScoredCandidate>(database, "best") ?? readTop(database, 1)[0] ?? null;
}

/** Columns of a proposal that depend on its verdict. */
export function verdictColumns(verdict: Verdict): { readonly detail: string | null; readonly score: number | null } {
  switch (verdict.verdict) {
    case "scored":
      return { detail: verdict.parts ? JSON.stringify(verdict.parts) : null, score: verdict.score };
    case "failed":
      return { detail: JSON.stringify({ reason: verdict.reason }), score: null };
    case "duplicate":
      return { detail: JSON.stringify({ of: verdict.of }), score: null };
    case "screened-out": {
      const { screen, value, bar } = verdict;
      return { detail: JSON.stringify({ screen, value, bar }), score: null };
    }
    case "outraced": {
      const { value, bar } = verdict;
      return { detail: JSON.stringify({ value, bar }), score: null };
    }
    case "over-budget": {
      const { budget, value, limit } = verdict;
      return { detail: JSON.stringify({ budget, value, limit }), score: null };
    }
  }
}

/** A proposal with the time when its verdict was recorded. */
export type RecordedProposal = Proposal & {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
};

/** All proposals of a run in order, one row at a time. Throws RunStoreError. */
export function* readProposals(database: DatabaseSync, directory: string): Generator<RecordedProposal> {
  try {
    for (const row of database.prepare("SELECT * FROM proposals ORDER BY id").iterate()) {
      const detail: object = row.detail === null ? {} : JSON.parse(String(row.detail));
      const parts = row.detail === null ? {} : { parts: detail };
      const rest: object = row.verdict === "scored" ? { score: row.score, ...parts } : detail;
      const { id: index, structure, verdict, time_ms: timeMs } = row;
      yield { index, structure, verdict, ...rest, timeMs } as RecordedProposal;
    }
  } catch (cause) {
    throw storeError(directory, "read", cause);
  }
}

/** What became of a proposal: what is read of a long journal to draw it. */
export interface ProposalOutcome {
  /** Its number. */
  readonly index: number;
  /** Its verdict. */
  readonly verdict: Verdict["verdict"];
  /** Null where it has none. */
  readonly score: number | null;
  /** When it was recorded, in milliseconds since 1970. */
  readonly timeMs: number;
}

/** What became of all proposals in order, one row at a time, without structures and reasons. Throws RunStoreError. */
export function* readOutcomes(database: DatabaseSync, directory: string): Generator<ProposalOutcome> {
  try {
    const rows = database.prepare("SELECT id, verdict, score, time_ms FROM proposals ORDER BY id");
    for (const { id, verdict, score, time_ms } of rows.iterate()) {
      yield { index: id, verdict, score, timeMs: time_ms } as ProposalOutcome;
    }
  } catch (cause) {
    throw storeError(directory, "read", cause);
  }
}

/** The first scored proposal since the last change that was accepted, or of all; undefined if there is none. */
export function firstScored(database: DatabaseSync, directory: string): RecordedProposal | undefined {
  const from = readSessions(database).findLast(({ accepted }) => accepted.length > 0)?.firstProposal ?? 0;
  for (const proposal of readProposals(database, directory)) {
    if (proposal.index >= from && proposal.verdict === "scored") return proposal;
  }
  return undefined;
}
