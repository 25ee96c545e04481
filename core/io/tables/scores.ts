/** Scores of many networks on disk, so that a comparison that was stopped continues with the missing ones. */
import { DatabaseSync } from "node:sqlite";
import type { ScoreRow } from "../../nasbench/mod.ts";
import { ConfigError } from "../../search/mod.ts";

const TABLES = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS settings (value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS scores (
    network TEXT, proxy TEXT, seed INTEGER, value REAL, parts TEXT NOT NULL, seconds REAL NOT NULL, error TEXT,
    PRIMARY KEY (network, proxy, seed)
  ) WITHOUT ROWID;
`;

/** How long to wait for another process, milliseconds. */
const PATIENCE_MS = 5000;

/** A table of scores that were all taken under the same settings. Each row is committed as it is added. */
export class ScoreTable implements Disposable {
  readonly #database: DatabaseSync;

  /** Opens the table in a file, which is made if need be. Throws ConfigError where it was made under other settings. */
  constructor(path: string, settings: Readonly<Record<string, unknown>>) {
    this.#database = new DatabaseSync(path, { timeout: PATIENCE_MS });
    this.#database.exec(TABLES);
    const own = JSON.stringify(settings);
    const stored = this.#database.prepare("SELECT value FROM settings").get()?.value;
    if (stored === undefined) this.#database.prepare("INSERT INTO settings VALUES (?)").run(own);
    else if (stored !== own) {
      this.#database.close();
      throw new ConfigError(`these settings to continue ${path}`, [{ path: "", expected: String(stored), got: own }]);
    }
  }

  /** Whether a score is there already. */
  has({ network, proxy, seed }: Pick<ScoreRow, "network" | "proxy" | "seed">): boolean {
    const found = this.#database.prepare("SELECT 1 FROM scores WHERE network = ? AND proxy = ? AND seed = ?");
    return found.get(network, proxy, seed) !== undefined;
  }

  /** Adds a score. */
  add({ network, proxy, seed, value, parts, seconds, error }: ScoreRow): void {
    this.#database.prepare("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?, ?, ?)")
      .run(network, proxy, seed, value, JSON.stringify(parts), seconds, error);
  }

  /** All scores of a proxy. */
  rows(proxy: string): readonly ScoreRow[] {
    return this.#database.prepare("SELECT * FROM scores WHERE proxy = ?").all(proxy).map((row) => ({
      network: String(row.network),
      proxy,
      seed: Number(row.seed),
      value: row.value === null ? null : Number(row.value),
      parts: JSON.parse(String(row.parts)) as Record<string, number>,
      seconds: Number(row.seconds),
      error: row.error === null ? null : String(row.error),
    }));
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#database.close();
  }
}
