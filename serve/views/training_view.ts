/** A training as a page shows it. */
import { readTraining, type RecordedEpoch, type RecordedStep, runId, type Timed } from "../../core/io/mod.ts";
import { MOST } from "./course.ts";
import { shellWord } from "./words.ts";

/** A point of the losses. */
export interface LossPoint {
  /** The last of the steps that it is the mean of. */
  readonly step: number;
  /** Their mean loss. */
  readonly loss: number;
}

/** A training as a page shows it. */
export interface TrainingView {
  /** What it is. */
  readonly kind: "training";
  /** The name of its directory. */
  readonly id: string;
  /** Where it is. */
  readonly directory: string;
  /** Whether a process is writing it. */
  readonly running: boolean;
  /** What is trained on what, in a line. */
  readonly title: string;
  /** The last step; 0 before the first. */
  readonly steps: number;
  /** Epochs that the training is to have. */
  readonly wantedEpochs: number;
  /** All epochs so far. */
  readonly epochs: readonly RecordedEpoch[];
  /** The tested epoch with the highest top-1; null before the first. */
  readonly best: RecordedEpoch | null;
  /** Steps a second, by the latest steps; null before the second. */
  readonly stepsPerSecond: number | null;
  /** Seconds to the end; null where that is not known, or the training has ended. */
  readonly secondsLeft: number | null;
  /** Losses; each point is the mean of `stride` steps, the last one perhaps of fewer. */
  readonly losses: readonly LossPoint[];
  /** Steps in a point. */
  readonly stride: number;
  /** The command that continues it. */
  readonly resume: string;
  /** The command that exports the best weights. */
  readonly export: string;
}

/** How many of the latest steps the speed is taken from. */
const RECENT = 64;

/** Means of so many successive losses. */
export function lossPoints(steps: readonly RecordedStep[], stride: number): readonly LossPoint[] {
  return Array.from({ length: Math.ceil(steps.length / stride) }, (_, place) => {
    const part = steps.slice(place * stride, (place + 1) * stride);
    return { step: part.at(-1)!.step, loss: part.reduce((sum, { loss }) => sum + loss, 0) / part.length };
  });
}

/** Steps a second since the last session began, or of the latest ones. */
function speedOf(steps: readonly Timed<RecordedStep>[], sinceMs: number): number | null {
  const recent = steps.slice(-RECENT).filter(({ timeMs }) => timeMs >= sinceMs),
    first = recent[0],
    last = recent.at(-1);
  if (!first || !last || last.timeMs <= first.timeMs) return null;
  return (recent.length - 1) * 1000 / (last.timeMs - first.timeMs);
}

/** Reads a training, also while another process writes it. Throws RunStoreError, ConfigError. */
export function trainingView(directory: string): TrainingView {
  const { config, subject, running, lastStep, epochs, best, sessions, steps } = readTraining(directory);
  const stride = Math.max(1, Math.ceil(steps.length / MOST.points)), done = lastStep?.step ?? 0;
  const stepsPerSecond = speedOf(steps, sessions.at(-1)?.startedMs ?? 0), last = epochs.at(-1);
  const left = last ? last.step / last.epoch * config.epochs - done : null;
  const folder = shellWord(directory), network = shellWord(subject.network), { resolution, classes } = subject.form;
  const form = [["resolution", resolution], ["classes", classes]].map(([name, value]) =>
    value ? ` --${name} ${value}` : ""
  );
  return {
    ...{ kind: "training", id: runId(directory), directory, running, steps: done, epochs, stride, stepsPerSecond },
    title: `${config.preset ?? "own settings"}, ${subject.network}, ${subject.data}, seed ${config.seed}`,
    wantedEpochs: config.epochs,
    best: best ?? null,
    secondsLeft: running && stepsPerSecond && left !== null ? Math.max(0, left) / stepsPerSecond : null,
    losses: lossPoints(steps, stride),
    resume: `zen runs resume ${folder}`,
    export: `zen export ${network}${form.join("")} --weights ${shellWord(`${directory}/best.pth`)} -o best.tflite`,
  };
}
