/** What can be wrong with the store of a run. */
import { ConfigError } from "../../search/mod.ts";

/** A run's directory cannot be used; `cause` is what the system or SQLite said. */
export class RunStoreError extends Error {
  static {
    this.prototype.name = "RunStoreError";
  }

  /** The run's directory. */
  readonly directory: string;

  /** An error about the run in a directory, with its whole message. */
  constructor(directory: string, what: string, options?: ErrorOptions) {
    super(what, options);
    this.directory = directory;
  }
}

/** What SQLite's messages mean here. Deno's errors carry no code when they come from opening a database or `exec`. */
const MEANINGS: readonly (readonly [message: string, meaning: string])[] = [
  ["disk is full", "the disk, or the size that the store may have, is full"],
  ["readonly database", "it is read-only"],
  ["unable to open database file", "its files cannot be opened (missing, or read-only)"],
  ["not a database", "run.sqlite is damaged, or not a database"],
  ["malformed", "run.sqlite is damaged"],
  ["disk I/O error", "the disk reports an error"],
  ["database is locked", "another process is using it"],
];

/** Whether an error says that another connection holds the database. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}

/** Whether an error says that a database, or a file beside it, cannot be opened or made. */
export function isUnopenable(error: unknown): boolean {
  return error instanceof Error && error.message.includes("unable to open database file");
}

/** An error of the system or of SQLite as a RunStoreError: "Cannot `verb` run `directory` as …". */
export function storeError(directory: string, verb: string, cause: unknown): RunStoreError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const meaning = MEANINGS.find(([part]) => message.includes(part))?.[1] ?? message;
  return new RunStoreError(directory, `Cannot ${verb} run ${directory} as ${meaning}`, { cause });
}

/** Runs an action on a store; its errors become RunStoreErrors, except ConfigErrors. */
export function onStore<T>(directory: string, verb: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof RunStoreError || cause instanceof ConfigError) throw cause;
    throw storeError(directory, verb, cause);
  }
}
