/** The tables of a training's run, and their rows as data. */
import type { DatabaseSync } from "node:sqlite";
import { parseTrainConfig, type TrainConfig } from "../../train/config.ts";
import type { ProcessDescription } from "../process.ts";
import { createRunTables } from "../runs/database.ts";
import { jsonOrNull, parsedOr } from "../runs/json_columns.ts";
import { RunStoreError } from "../runs/error.ts";
import type { RunChange, RunIdentity } from "../runs/identity.ts";

const TABLES = `
  CREATE TABLE run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY, started_ms INTEGER NOT NULL, first_step INTEGER NOT NULL, machine TEXT NOT NULL,
    identity TEXT, accepted TEXT
  );
  CREATE TABLE steps (id INTEGER PRIMARY KEY, loss REAL NOT NULL, rate REAL NOT NULL, time_ms INTEGER NOT NULL);
  CREATE TABLE epochs (
    id INTEGER PRIMARY KEY, step INTEGER NOT NULL, train_loss REAL NOT NULL, test TEXT, time_ms INTEGER NOT NULL
  );
`;

/** Who teaches a network. */
export interface TeacherSubject {
  /** The network's name or structure. */
  readonly network: string;
  /** What its text leaves open. */
  readonly form: Readonly<Record<string, number | boolean>>;
  /** The file of its weights. */
  readonly weights: { readonly path: string; readonly sha256: string };
}

/** What is trained on what: all that a resume needs to begin again, beside the configuration. */
export interface TrainingSubject {
  /** The network's name or structure. */
  readonly network: string;
  /** What its text leaves open. */
  readonly form: Readonly<Record<string, number | boolean>>;
  /** The data set's folder, as an absolute path. */
  readonly data: string;
  /** The split that is trained on. */
  readonly trainSplit: string;
  /** The split that is tested on; null for none. */
  readonly testSplit: string | null;
  /** At most so many images of each split; null for all. */
  readonly limit: number | null;
  /** How images are normalised. */
  readonly normalization: string;
  /** The file that weights begin from; null where they are drawn. */
  readonly weights: { readonly path: string; readonly sha256: string } | null;
  /** Whose maps and logits it learns beside the labels. Default: nobody's. */
  readonly teacher?: TeacherSubject | undefined;
}

/** How well a network did on the test split. */
export interface TestResult {
  /** Share of images whose label came first. */
  readonly top1: number;
  /** Share of images whose label was among the first five. */
  readonly top5: number;
  /** Mean cross-entropy. */
  readonly loss: number;
}

/** One step: a batch, or several whose gradients are averaged. */
export interface RecordedStep {
  /** Its number, from 1. */
  readonly step: number;
  /** The mean loss of its images, before the weights changed. */
  readonly loss: number;
  /** The learning rate. */
  readonly rate: number;
}

/** One epoch. */
export interface RecordedEpoch {
  /** Its number, from 1. */
  readonly epoch: number;
  /** The last step of it. */
  readonly step: number;
  /** The mean loss of its steps. */
  readonly trainLoss: number;
  /** Null where it was not tested. */
  readonly test: TestResult | null;
}

/** Something that was recorded, and when: milliseconds since 1970. */
export type Timed<T> = T & { readonly timeMs: number };

/** A period in which a process trained. */
export interface TrainingSession {
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** The first step that it took. */
  readonly firstStep: number;
  /** Who trained. */
  readonly machine: ProcessDescription;
  /** What decided the losses. */
  readonly identity: RunIdentity;
  /** What had changed since the session before it, and was accepted. */
  readonly accepted: readonly RunChange[];
}

/** Makes an empty database the run of a training. */
export function createTrainingTables(
  database: DatabaseSync,
  { config, subject }: { readonly config: TrainConfig; readonly subject: TrainingSubject },
): void {
  createRunTables(database, { tables: TABLES, notes: { kind: "training", config, subject } });
}

function note(database: DatabaseSync, key: string, directory: string): unknown {
  const row = database.prepare("SELECT value FROM run WHERE key = ?").get(key);
  if (!row) throw new RunStoreError(directory, `Cannot open run ${directory} as it has no ${key}`);
  return JSON.parse(String(row.value));
}

/** The configuration that a run has. Throws RunStoreError, ConfigError. */
export function readTrainConfig(database: DatabaseSync, directory: string): TrainConfig {
  return parseTrainConfig(note(database, "config", directory), `run ${directory}`);
}

/** What a run trains. Throws RunStoreError. */
export function readSubject(database: DatabaseSync, directory: string): TrainingSubject {
  return note(database, "subject", directory) as TrainingSubject;
}

/** Notes that a process begins to train. */
export function addTrainingSession(
  database: DatabaseSync,
  { firstStep, machine, identity, accepted }: Omit<TrainingSession, "startedMs">,
): void {
  database.prepare(
    "INSERT INTO sessions (started_ms, first_step, machine, identity, accepted) VALUES (?, ?, ?, ?, ?)",
  ).run(
    ...[Date.now(), firstStep, JSON.stringify(machine), JSON.stringify(identity)],
    jsonOrNull(accepted.length > 0 ? accepted : undefined),
  );
}

/** All sessions of a run, oldest first. */
export function readTrainingSessions(database: DatabaseSync): readonly TrainingSession[] {
  return database.prepare("SELECT * FROM sessions ORDER BY id").all().map((row) => ({
    startedMs: Number(row.started_ms),
    firstStep: Number(row.first_step),
    machine: JSON.parse(String(row.machine)) as ProcessDescription,
    identity: parsedOr<RunIdentity>(row.identity, {}),
    accepted: parsedOr<readonly RunChange[]>(row.accepted, []),
  }));
}

/** Writes a step, in place of the one of its number. */
export function writeStep(database: DatabaseSync, { step, loss, rate, timeMs }: Timed<RecordedStep>): void {
  database.prepare("INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?)").run(step, loss, rate, timeMs);
}

/** Writes an epoch, in place of the one of its number. */
export function writeEpoch(
  database: DatabaseSync,
  { epoch, step, trainLoss, test, timeMs }: Timed<RecordedEpoch>,
): void {
  database.prepare("INSERT OR REPLACE INTO epochs VALUES (?, ?, ?, ?, ?)")
    .run(epoch, step, trainLoss, test && JSON.stringify(test), timeMs);
}

/** Steps in order, from a number on. */
export function* readSteps(database: DatabaseSync, { from = 0 } = {}): Generator<Timed<RecordedStep>> {
  for (const row of database.prepare("SELECT * FROM steps WHERE id >= ? ORDER BY id").iterate(from)) {
    yield { step: Number(row.id), loss: Number(row.loss), rate: Number(row.rate), timeMs: Number(row.time_ms) };
  }
}

/** The last step; undefined before the first. */
export function readLastStep(database: DatabaseSync): Timed<RecordedStep> | undefined {
  const last = database.prepare("SELECT max(id) AS id FROM steps").get()?.id;
  return typeof last === "number" ? readSteps(database, { from: last }).next().value ?? undefined : undefined;
}

/** All epochs in order. */
export function readEpochs(database: DatabaseSync): readonly Timed<RecordedEpoch>[] {
  return database.prepare("SELECT * FROM epochs ORDER BY id").all().map((row) => ({
    epoch: Number(row.id),
    step: Number(row.step),
    trainLoss: Number(row.train_loss),
    test: parsedOr<TestResult | null>(row.test, null),
    timeMs: Number(row.time_ms),
  }));
}
