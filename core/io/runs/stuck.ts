/** Notes in a run which candidate blocked the thread that writes it. */
import { DatabaseSync } from "node:sqlite";
import { RUN_FILE } from "./database.ts";
import { onStore } from "./error.ts";

/** A candidate during whose work the process had to be ended, as its thread was blocked. */
export interface StuckCandidate {
  /** Its proposal; null where several were in flight and any of them may have been it. */
  readonly index: number | null;
  /** Why it fails when the run is continued. */
  readonly reason: string;
}

/** How long to wait for a reader that recovers the database, milliseconds. */
const PATIENCE_MS = 1000;

/** All candidates that blocked their thread. */
export function readStuck(database: DatabaseSync): readonly StuckCandidate[] {
  const row = database.prepare("SELECT value FROM run WHERE key = 'stuck'").get();
  return row ? JSON.parse(String(row.value)) : [];
}

/**
 * Records a candidate from another thread than the one that holds the run, which must be blocked for good: it would not
 * notice. Throws RunStoreError.
 */
export function recordStuck(directory: string, stuck: StuckCandidate): void {
  onStore(directory, "write to", () => {
    const database = new DatabaseSync(`${directory}/${RUN_FILE}`, { timeout: PATIENCE_MS });
    try {
      database.prepare("INSERT OR REPLACE INTO run VALUES ('stuck', ?)")
        .run(JSON.stringify([...readStuck(database), stuck]));
    } finally {
      database.close();
    }
  });
}
