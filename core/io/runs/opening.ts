/** Starting and continuing runs. */
import type { DatabaseSync } from "node:sqlite";
import {
  ConfigError,
  type ConfigProblem,
  type Limits,
  limits,
  parseConfig,
  type SearchConfig,
} from "../../search/mod.ts";
import { thisProcess } from "../process.ts";
import {
  checkRun,
  createTables,
  isBlank,
  isRun,
  openReadOnly,
  readConfig,
  RUN_FILE,
  upgradeTables,
  writeConfig,
} from "./database.ts";
import { addSession, readIdentity, type RunSession } from "./sessions.ts";
import { changesBetween, RunChangedError, type RunIdentity } from "./identity.ts";
import { mergeSettings } from "../presets.ts";
import { differences } from "./differences.ts";
import { hasDatabase, holdDatabase, notARun } from "./holding.ts";
import { RunStore } from "./store.ts";
import { onStore, RunStoreError } from "./error.ts";

/** How to open a run for writing. */
export interface OpenOptions {
  /** The device that scores, for the record. Default: `unknown`. */
  readonly device?: string | undefined;
  /** The hash of each module that the search runs, by its URL, for the record. Default: none. */
  readonly modules?: Readonly<Record<string, string>> | undefined;
  /** What decides the scores, as `searchIdentity` says it, for the record. Default: not known. */
  readonly identity?: RunIdentity | undefined;
  /** The most bytes that the database may take, as a guard for small disks. Default: no limit. */
  readonly maxBytes?: number | undefined;
}

/** How to continue a run. */
export interface ContinueOptions extends OpenOptions {
  /** Must be the run's own configuration but for the limits, which replace the run's. Default: the run's own. */
  readonly config?: SearchConfig | undefined;
  /** Replace the limits of the configuration. */
  readonly limits?: Limits;
  /** Goes on where the identity is no longer the run's, and records what has changed. Default: false. */
  readonly acceptChange?: boolean | undefined;
}

/**
 * Starts a run in a directory, which is made if need be. Throws RunStoreError where that is impossible, or where the
 * directory holds a run already.
 *
 * @example
 * ```ts
 * import { createRun, openRunForWriting, parseConfig } from "@zennas/zennas";
 * const structure = "SuperConvK3BNRELU(3,8,1,1)";
 * const settings = { proxy: "params", space: "XXBL", initialStructure: structure, resolution: 32, classes: 10 };
 * const directory = `${await Deno.makeTempDir()}/run`;
 * {
 *   using store = createRun(directory, parseConfig(settings));
 *   store.append({ index: 0, structure, verdict: "scored", score: 1 });
 * }
 * using again = openRunForWriting(directory);
 * if ([...again.proposals()][0]?.structure !== structure) throw new Error("lost");
 * ```
 */
export function createRun(directory: string, config: SearchConfig, options: OpenOptions = {}): RunStore {
  return onStore(directory, "create", () => {
    Deno.mkdirSync(directory, { recursive: true });
    return hold(directory, options, (database) => {
      if (isRun(database)) throw new RunStoreError(directory, `Cannot create run ${directory} as there is one already`);
      if (!isBlank(database)) {
        throw new RunStoreError(directory, `Cannot create run ${directory} as its ${RUN_FILE} holds something else`);
      }
      createTables(database, config);
      return { config, accepted: [] };
    });
  });
}

/**
 * Opens a run to continue it. Throws RunStoreError where it cannot be used or another process is writing it, ConfigError
 * where the configuration given differs from the run's in more than limits, RunChangedError where the identity given differs
 * from that of the last session and is not to be accepted.
 */
export function openRunForWriting(directory: string, options: ContinueOptions = {}): RunStore {
  return onStore(directory, "open", () => {
    if (!hasDatabase(directory)) throw notARun(directory);
    return hold(directory, options, (database) => {
      checkRun(database, directory);
      upgradeTables(database);
      const accepted = changesBetween(readIdentity(database), options.identity ?? {});
      if (accepted.length > 0 && !options.acceptChange) throw new RunChangedError(directory, accepted);
      const stored = readConfig(database, directory);
      const given = options.config ?? stored;
      requireSameSearch(directory, stored, given);
      const config = parseConfig(mergeSettings({ ...given }, options.limits ?? {}), "the limits");
      writeConfig(database, config);
      return { config, accepted };
    });
  });
}

/** Whether a directory holds a run (a run whose creation was cut short is none). Throws RunStoreError for a damaged one. */
export function holdsRun(directory: string): boolean {
  return onStore(directory, "open", () => {
    if (!hasDatabase(directory)) return false;
    using database = openReadOnly(directory);
    return isRun(database);
  });
}

/** Takes a run's lock, opens its database, and notes the session. Nothing stays open if that fails. */
function hold(
  directory: string,
  options: OpenOptions,
  prepare: (database: DatabaseSync) => Pick<RunSession, "accepted"> & { readonly config: SearchConfig },
): RunStore {
  using resources = new DisposableStack();
  const { database, lock } = resources.use(holdDatabase(directory, options));
  const { config, accepted } = prepare(database), { device = "unknown", modules, identity } = options;
  const machine = { ...thisProcess(device), ...(modules && { modules }) };
  addSession(database, { machine, identity, accepted });
  // The store owns them now.
  resources.move();
  return new RunStore({ directory, config, database, lock });
}

/** Settings that may change when a run is continued: they decide when it ends and what fails, and no score. */
const LIMITS: ReadonlySet<string> = new Set(limits);

function requireSameSearch(directory: string, stored: SearchConfig, given: SearchConfig): void {
  const text = (value: unknown): string => JSON.stringify(value) ?? "nothing";
  const problems = differences(stored, given).filter(({ path }) => !LIMITS.has(path))
    .map(({ path, a, b }): ConfigProblem => ({ path, expected: text(a), got: text(b) }));
  if (problems.length > 0) throw new ConfigError(`these settings to continue run ${directory}`, problems);
}
