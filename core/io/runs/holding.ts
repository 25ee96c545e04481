/** Holding a run's database: at most one process writes it, whatever kind of run it is. */
import { DatabaseSync } from "node:sqlite";
import { isRun, openReadOnly, RUN_FILE } from "./database.ts";
import { readLastMachine } from "./sessions.ts";
import { RunStoreError } from "./error.ts";
import { RunLock } from "./lock.ts";

/** The error for a directory that holds no run. */
export function notARun(directory: string): RunStoreError {
  return new RunStoreError(directory, `Cannot open run ${directory} as it is not the directory of a run`);
}

/** Whether the file of a run's database is there, readable or not. Throws what the system says of a directory it hides. */
export function hasDatabase(directory: string): boolean {
  try {
    Deno.lstatSync(`${directory}/${RUN_FILE}`);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** How long to wait, in milliseconds: after a writer was killed, a reader holds the database while it recovers it. */
const READER_PATIENCE_MS = 5000;

/** A database that this process alone writes. */
export interface HeldDatabase extends Disposable {
  /** Open for writing. */
  readonly database: DatabaseSync;
  /** Keeps other writers out until it is disposed of. */
  readonly lock: Disposable;
}

/** Takes a run's lock and opens its database, which is made if need be. Throws RunStoreError, and what SQLite throws. */
export function holdDatabase(
  directory: string,
  { maxBytes }: { readonly maxBytes?: number | undefined },
): HeldDatabase {
  using resources = new DisposableStack();
  const lock = RunLock.acquire(directory);
  if (!lock) throw heldElsewhere(directory);
  resources.use(lock);
  const database = resources.use(new DatabaseSync(`${directory}/${RUN_FILE}`, { timeout: READER_PATIENCE_MS }));
  // Readers see the last commit while the run is written, and a commit need not wait for the disk: a power cut may lose
  // the last ones, which the continued run finds again.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  if (maxBytes !== undefined) limitSize(database, maxBytes);
  const held = resources.move();
  return { database, lock, [Symbol.dispose]: () => held.dispose() };
}

function limitSize(database: DatabaseSync, bytes: number): void {
  const pageBytes = Number(database.prepare("PRAGMA page_size").get()?.page_size);
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytes / pageBytes))}`);
}

function heldElsewhere(directory: string): RunStoreError {
  const holder = hasDatabase(directory) ? lastMachine(directory) : undefined;
  const who = holder ? `process ${holder.pid} on ${holder.host}` : "another process";
  return new RunStoreError(directory, `Cannot write to run ${directory} as ${who} is writing it`);
}

/** The process of the last session; undefined while another process is still creating the run. */
function lastMachine(directory: string): ReturnType<typeof readLastMachine> {
  using database = openReadOnly(directory);
  return isRun(database) ? readLastMachine(database) : undefined;
}
