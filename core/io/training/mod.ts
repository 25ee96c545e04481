/** Trainings on disk: their journal, snapshots, presets, and event files. */
export type { TestResult, Timed, TrainingEpoch, TrainingSession, TrainingStep, TrainingSubject } from "./database.ts";
export { loadTrainConfig } from "./presets.ts";
export { type HeldValues, restoreSnapshot, SNAPSHOT_FILE, writeSnapshot } from "./snapshot.ts";
export {
  bestEpoch,
  readTraining,
  runKind,
  type TrainingSessionOptions,
  TrainingStore,
  type TrainingSummary,
} from "./store.ts";
export { EventFile, type Scalars } from "./tensorboard.ts";
