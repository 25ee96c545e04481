/** At most one process writes a run. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isLocked } from "./error.ts";

/** How long to wait, in milliseconds: `isHeld` of another process locks the file for a moment. */
const PATIENCE_MS = 200;

/** The database of a run that is locked, in its directory. */
export const LOCK_FILE = "lock.sqlite";

/**
 * Ownership of a run's directory: an exclusive transaction on a database of its own, which the operating system releases
 * when the process ends, however it ends. (Locking the run's database itself would keep readers out.)
 */
export class RunLock implements Disposable {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Takes the lock; undefined when another process holds it. Throws what SQLite throws when the file cannot be used. */
  static acquire(directory: string): RunLock | undefined {
    const database = new DatabaseSync(`${directory}/${LOCK_FILE}`, { timeout: PATIENCE_MS });
    try {
      database.exec("BEGIN EXCLUSIVE");
      return new RunLock(database);
    } catch (error) {
      database.close();
      if (isLocked(error)) return undefined;
      throw error;
    }
  }

  /** Whether any process holds the lock. */
  static isHeld(directory: string): boolean {
    if (!existsSync(`${directory}/${LOCK_FILE}`)) return false;
    const database = new DatabaseSync(`${directory}/${LOCK_FILE}`, { readOnly: true });
    try {
      // Deno 2.9 ignores the `timeout` option of a database that is opened to read, and would wait for five seconds.
      database.exec("PRAGMA busy_timeout = 0");
      database.prepare("SELECT count(*) FROM sqlite_schema").get();
      return false;
    } catch (error) {
      if (isLocked(error)) return true;
      throw error;
    } finally {
      database.close();
    }
  }

  /** Lets go of the run. */
  [Symbol.dispose](): void {
    this.#database.close();
  }
}
