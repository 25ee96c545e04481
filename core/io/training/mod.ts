/** Trainings on disk: their journal, snapshots, presets, and event files. */
export type {
  RecordedEpoch,
  RecordedStep,
  TeacherSubject,
  TestResult,
  Timed,
  TrainingSession,
  TrainingSubject,
} from "./database.ts";
export { DivergedError } from "./error.ts";
export { runTraining, type TrainingEvent, type TrainingOutcome, type TrainingRun, WEIGHTS_FILES } from "./loop.ts";
export { loadTrainConfig } from "./presets.ts";
export { type HeldPart, type HeldValues, restoreSnapshot, SNAPSHOT_FILE, writeSnapshot } from "./snapshot.ts";
export {
  bestEpoch,
  readTraining,
  readTrainingSummary,
  type TrainingSessionOptions,
  TrainingStore,
  type TrainingSummary,
} from "./store.ts";
export { EventFile, type Scalars } from "./tensorboard.ts";
