/** The journal of a training on disk: a directory with an SQLite database that one process writes and any may read. */
import type { DatabaseSync } from "node:sqlite";
import type { TrainConfig } from "../../train/config.ts";
import { thisProcess } from "../process.ts";
import { checkRun, isBlank, isRun, openReadOnly, RUN_FILE } from "../runs/database.ts";
import { onStore, RunStoreError } from "../runs/error.ts";
import { hasDatabase, type HeldDatabase, holdDatabase, notARun } from "../runs/holding.ts";
import { changesBetween, RunChangedError, type RunIdentity } from "../runs/identity.ts";
import { RunLock } from "../runs/lock.ts";
import {
  addTrainingSession,
  createTrainingTables,
  readEpochs,
  readLastStep,
  readSteps,
  readSubject,
  readTrainConfig,
  readTrainingSessions,
  type RecordedEpoch,
  type RecordedStep,
  type Timed,
  type TrainingSession,
  type TrainingSubject,
  writeEpoch,
  writeStep,
} from "./database.ts";

/** Steps are committed when one comes so many milliseconds after the last commit. */
const COMMIT_INTERVAL_MS = 500;

/** Who trains, and by what. */
export interface TrainingSessionOptions {
  /** The device, in words. */
  readonly device: string;
  /** What decides the losses. */
  readonly identity: RunIdentity;
  /** The first step that this session takes. */
  readonly firstStep: number;
  /** Goes on where the identity is no longer the run's, and records what has changed. Default: false. */
  readonly acceptChange?: boolean | undefined;
}

/** A training's run that this process alone writes. */
export class TrainingStore implements Disposable {
  /** Where it is. */
  readonly directory: string;
  /** How it trains. */
  readonly config: TrainConfig;
  /** What it trains. */
  readonly subject: TrainingSubject;
  readonly #held: HeldDatabase;
  #pending: Timed<RecordedStep>[] = [];
  #committedMs = 0;

  private constructor(directory: string, held: HeldDatabase) {
    this.directory = directory;
    this.#held = held;
    this.config = readTrainConfig(held.database, directory);
    this.subject = readSubject(held.database, directory);
  }

  /** Starts a run in a directory. Throws RunStoreError where that is impossible, or where it holds a run already. */
  static create(
    directory: string,
    { config, subject }: { readonly config: TrainConfig; readonly subject: TrainingSubject },
  ): TrainingStore {
    return TrainingStore.#hold(directory, "create", (database) => {
      const refuse = (why: string): never => {
        throw new RunStoreError(directory, `Cannot create run ${directory} as ${why}`);
      };
      if (isRun(database)) refuse("there is one already");
      if (!isBlank(database)) refuse(`its ${RUN_FILE} holds something else`);
      createTrainingTables(database, { config, subject });
    });
  }

  /** Opens a run to continue it. Throws RunStoreError where it cannot be used, or another process is writing it. */
  static open(directory: string): TrainingStore {
    if (!onStore(directory, "open", () => hasDatabase(directory))) throw notARun(directory);
    return TrainingStore.#hold(directory, "open", (database) => checkRun(database, directory, "training"));
  }

  static #hold(directory: string, verb: string, prepare: (database: DatabaseSync) => void): TrainingStore {
    return onStore(directory, verb, () => {
      using resources = new DisposableStack();
      Deno.mkdirSync(directory, { recursive: true });
      const held = resources.use(holdDatabase(directory, {}));
      prepare(held.database);
      const store = new TrainingStore(directory, held);
      resources.move();
      return store;
    });
  }

  /** Notes that this process trains. Throws RunChangedError where what decides the losses has changed and may not. */
  begin({ device, identity, firstStep, acceptChange = false }: TrainingSessionOptions): void {
    onStore(this.directory, "write to", () => {
      const was = readTrainingSessions(this.#held.database).at(-1)?.identity ?? {};
      const accepted = changesBetween(was, identity);
      if (accepted.length > 0 && !acceptChange) throw new RunChangedError(this.directory, accepted);
      addTrainingSession(this.#held.database, { firstStep, machine: thisProcess(device), identity, accepted });
    });
  }

  /** The loss that an earlier session recorded for a step; undefined where none did. Throws RunStoreError. */
  lossOf(step: number): number | undefined {
    return onStore(this.directory, "read", () => {
      const found = readSteps(this.#held.database, { from: step }).next().value;
      return found?.step === step ? found.loss : undefined;
    });
  }

  /** The losses of steps that were recorded, from the first to the last of these numbers. Throws RunStoreError. */
  lossesOf(first: number, last: number): number[] {
    this.flush();
    return onStore(this.directory, "read", () => {
      const steps = readSteps(this.#held.database, { from: first });
      return [...steps.filter(({ step }) => step <= last).map(({ loss }) => loss)];
    });
  }

  /** All epochs so far. Throws RunStoreError. */
  epochs(): readonly Timed<RecordedEpoch>[] {
    return onStore(this.directory, "read", () => readEpochs(this.#held.database));
  }

  /** Records a step; it is committed within a moment. Throws RunStoreError. */
  addStep(step: RecordedStep): void {
    this.#pending.push({ ...step, timeMs: Date.now() });
    if (Date.now() - this.#committedMs >= COMMIT_INTERVAL_MS) this.flush();
  }

  /** Records an epoch and commits everything. Throws RunStoreError. */
  addEpoch(epoch: RecordedEpoch): void {
    this.flush({ ...epoch, timeMs: Date.now() });
  }

  /** Commits everything. Throws RunStoreError. */
  flush(epoch?: Timed<RecordedEpoch>): void {
    onStore(this.directory, "write to", () => {
      const { database } = this.#held;
      database.exec("BEGIN");
      try {
        for (const step of this.#pending) writeStep(database, step);
        if (epoch) writeEpoch(database, epoch);
        database.exec("COMMIT");
      } catch (error) {
        // SQLite has rolled back by itself after some errors, such as a full disk.
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
      this.#pending = [];
      this.#committedMs = Date.now();
    });
  }

  /** Commits, closes the database and lets go of the run. */
  [Symbol.dispose](): void {
    using _held = this.#held;
    if (this.#pending.length > 0) this.flush();
  }
}

/** The state of a training's run. */
export interface TrainingSummary {
  /** Where it is. */
  readonly directory: string;
  /** How it trains. */
  readonly config: TrainConfig;
  /** What it trains. */
  readonly subject: TrainingSubject;
  /** Whether a process is writing it now. */
  readonly running: boolean;
  /** The last step; undefined before the first. */
  readonly lastStep: Timed<RecordedStep> | undefined;
  /** All epochs. */
  readonly epochs: readonly Timed<RecordedEpoch>[];
  /** The tested epoch with the highest top-1, the earlier of equal ones; undefined before the first test. */
  readonly best: Timed<RecordedEpoch> | undefined;
  /** The periods in which processes wrote it, oldest first. */
  readonly sessions: readonly TrainingSession[];
}

/** The tested epoch with the highest top-1, the earlier of equal ones. */
export function bestEpoch<Epoch extends RecordedEpoch>(epochs: readonly Epoch[]): Epoch | undefined {
  return epochs.filter(({ test }) => test).reduce<Epoch | undefined>(
    (best, epoch) => best && best.test!.top1 >= epoch.test!.top1 ? best : epoch,
    undefined,
  );
}

function reading<T>(directory: string, read: (database: DatabaseSync) => T): T {
  return onStore(directory, "open", () => {
    if (!hasDatabase(directory)) throw notARun(directory);
    using database = openReadOnly(directory);
    checkRun(database, directory, "training");
    return read(database);
  });
}

function summaryOf(directory: string, database: DatabaseSync): TrainingSummary {
  const epochs = readEpochs(database);
  return {
    directory,
    config: readTrainConfig(database, directory),
    subject: readSubject(database, directory),
    running: RunLock.isHeld(directory),
    lastStep: readLastStep(database),
    epochs,
    best: bestEpoch(epochs),
    sessions: readTrainingSessions(database),
  };
}

/** The state of a training's run, also while another process writes it. Throws RunStoreError, ConfigError. */
export function readTrainingSummary(directory: string): TrainingSummary {
  return reading(directory, (database) => summaryOf(directory, database));
}

/** A training's run with all its steps, also while another process writes it. Throws RunStoreError, ConfigError. */
export function readTraining(directory: string): TrainingSummary & { readonly steps: readonly Timed<RecordedStep>[] } {
  return reading(directory, (database) => ({ ...summaryOf(directory, database), steps: [...readSteps(database)] }));
}
