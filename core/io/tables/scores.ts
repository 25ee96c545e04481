/** Scores of many networks on disk, so that a comparison that was stopped continues with the missing ones. */
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { ScoreRow } from "../../nasbench/mod.ts";
import { ConfigError } from "../../search/mod.ts";
import manifest from "../../../deno.json" with { type: "json" };
import { FileError } from "../files/error.ts";
import type { ChosenProxy } from "../proxies.ts";

const TABLES = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS origins (hash TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS scores (
    network TEXT, proxy TEXT, origin TEXT, seed INTEGER, value REAL, parts TEXT NOT NULL, seconds REAL NOT NULL,
    error TEXT, PRIMARY KEY (network, proxy, origin, seed)
  ) WITHOUT ROWID;
`;

/** How long to wait for another process, milliseconds. */
const PATIENCE_MS = 5000;

/**
 * What decides the scores of a proxy besides network and seed: the proxy, its variant and its module, the version of this
 * package, and what the caller adds, such as settings and device.
 */
export function scoreOrigin(
  { key, variant, source }: Pick<ChosenProxy, "key" | "variant" | "source">,
  more: object,
): object {
  return { proxy: key, variant, source, version: manifest.version, ...more };
}

/** The database in a file. Throws FileError for a file that cannot hold one, or holds something else. */
function open(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path, { timeout: PATIENCE_MS });
    database.exec(TABLES);
    return database;
  } catch (cause) {
    if (!(cause instanceof Error) || cause instanceof Deno.errors.NotCapable) throw cause;
    throw new FileError("write", path, { reason: `SQLite says: ${cause.message}`, cause });
  }
}

/**
 * A table of scores, filed by network, proxy, seed and origin: only scores of the same origin are seen. Each row is
 * committed as it is added.
 */
export class ScoreTable implements Disposable {
  readonly #database: DatabaseSync;
  readonly #originOf: (proxy: string) => object;
  readonly #hashes = new Map<string, string>();

  /**
   * Opens the table in a file, which is made if need be. `originOf` says what decides a proxy's scores, as
   * {@link scoreOrigin} does. Throws FileError, and ConfigError for a table of an earlier version, which does not know origins.
   */
  constructor(path: string, originOf: (proxy: string) => object) {
    this.#database = open(path);
    this.#originOf = originOf;
    if (this.#database.prepare("SELECT 1 FROM pragma_table_info('scores') WHERE name = 'origin'").get()) return;
    this.#database.close();
    const expected = "scores that say how they were made (name another folder by --out, or delete the file)";
    throw new ConfigError(path, [{ path: "", expected, got: "scores of an earlier version" }]);
  }

  /** The hash of a proxy's origin; the table `origins` says what it stands for. */
  #origin(proxy: string): string {
    const known = this.#hashes.get(proxy);
    if (known !== undefined) return known;
    const value = JSON.stringify(this.#originOf(proxy)), hash = createHash("sha256").update(value).digest("hex");
    this.#database.prepare("INSERT OR IGNORE INTO origins VALUES (?, ?)").run(hash, value);
    this.#hashes.set(proxy, hash);
    return hash;
  }

  /** Whether a score is there already. */
  has({ network, proxy, seed }: Pick<ScoreRow, "network" | "proxy" | "seed">): boolean {
    const found = this.#database.prepare(
      "SELECT 1 FROM scores WHERE network = ? AND proxy = ? AND origin = ? AND seed = ?",
    );
    return found.get(network, proxy, this.#origin(proxy), seed) !== undefined;
  }

  /** Adds a score. */
  add({ network, proxy, seed, value, parts, seconds, error }: ScoreRow): void {
    this.#database.prepare("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .run(network, proxy, this.#origin(proxy), seed, value, JSON.stringify(parts), seconds, error);
  }

  /** All scores of a proxy that have its origin. */
  rows(proxy: string): readonly ScoreRow[] {
    const found = this.#database.prepare("SELECT * FROM scores WHERE proxy = ? AND origin = ?");
    return found.all(proxy, this.#origin(proxy)).map((row) => ({
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
