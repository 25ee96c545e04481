/** The sessions of a run: who wrote it, from when on, and by what its scores were decided. */
import type { DatabaseSync } from "node:sqlite";
import type { ProcessDescription } from "../process.ts";
import { jsonOrNull, parsedOr } from "./json_columns.ts";
import type { RunChange, RunIdentity } from "./identity.ts";

/** A period in which a process wrote a run. */
export interface RunSession {
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** The first proposal that it may have added. */
  readonly firstProposal: number;
  /** Who wrote it. */
  readonly machine: ProcessDescription;
  /** What decided its scores; empty where that is not known. */
  readonly identity: RunIdentity;
  /** What had changed since the session before it, and was accepted. */
  readonly accepted: readonly RunChange[];
}

/** Who begins to write a run, and with what. */
export interface NewSession extends Pick<RunSession, "machine" | "accepted"> {
  /** What decides its scores; undefined where that is not known. */
  readonly identity: RunIdentity | undefined;
}

/** Notes that a process begins to write a run. */
export function addSession(database: DatabaseSync, { machine, identity, accepted }: NewSession): void {
  database.prepare(
    "INSERT INTO sessions (started_ms, first_proposal, machine, identity, accepted) " +
      "SELECT ?, ifnull(max(id) + 1, 0), ?, ?, ? FROM proposals",
  ).run(
    Date.now(),
    JSON.stringify(machine),
    jsonOrNull(identity),
    jsonOrNull(accepted.length > 0 ? accepted : undefined),
  );
}

/** Adds to the changes that the latest session has accepted. */
export function addAccepted(database: DatabaseSync, change: RunChange): void {
  const accepted = [...readSessions(database).at(-1)!.accepted, change];
  database.prepare("UPDATE sessions SET accepted = ? WHERE id = (SELECT max(id) FROM sessions)")
    .run(JSON.stringify(accepted));
}

/** The identity of the latest session that has one; empty where none has. */
export function readIdentity(database: DatabaseSync): RunIdentity {
  return readSessions(database).findLast(({ identity }) => Object.keys(identity).length > 0)?.identity ?? {};
}

/** All sessions of a run, oldest first. */
export function readSessions(database: DatabaseSync): readonly RunSession[] {
  return database.prepare("SELECT * FROM sessions ORDER BY id").all().map((row) => ({
    startedMs: Number(row.started_ms),
    firstProposal: Number(row.first_proposal),
    machine: JSON.parse(String(row.machine)) as ProcessDescription,
    identity: parsedOr<RunIdentity>(row.identity, {}),
    accepted: parsedOr<readonly RunChange[]>(row.accepted, []),
  }));
}

/** The machine and process of the latest session, whatever kind of run it is; undefined before the first. */
export function readLastMachine(database: DatabaseSync): ProcessDescription | undefined {
  const row = database.prepare("SELECT machine FROM sessions ORDER BY id DESC LIMIT 1").get();
  return row && JSON.parse(String(row.machine)) as ProcessDescription;
}

/** Milliseconds that the sessions of a run took together, each from its start to its last proposal. */
export function readSpentMs(database: DatabaseSync): number {
  const last = database.prepare("SELECT max(time_ms) AS ms FROM proposals WHERE id >= ? AND id < ?");
  return readSessions(database).reduce((spent, { startedMs, firstProposal }, index, sessions) => {
    const next = sessions[index + 1]?.firstProposal ?? Number.MAX_SAFE_INTEGER;
    const endMs = Number(last.get(firstProposal, next)?.ms ?? startedMs);
    // A clock that was set back in between gives no time back.
    return spent + Math.max(0, endMs - startedMs);
  }, 0);
}
