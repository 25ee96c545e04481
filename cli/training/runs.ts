/** What `zen runs` does with trainings. */
import {
  csvLine,
  readTraining,
  readTrainingSummary,
  runDirectories,
  runId,
  runKind,
  RunStoreError,
  TrainingStore,
  type TrainingSummary,
} from "../../core/io/mod.ts";
import { ConfigError } from "../../core/settings/config_error.ts";
import { UsageError } from "../errors.ts";
import { note, percent, print, printFields, printJson } from "../terminal.ts";
import { runTrainingSession, type TrainingSessionOptions } from "./session.ts";

/** What scripts learn of a training's run. */
function facts({ directory, running, config, subject, lastStep, epochs, best }: TrainingSummary): object {
  return {
    ...{ run: runId(directory), kind: "training", directory, running, network: subject.network },
    steps: lastStep?.step ?? 0,
    epochs: epochs.length,
    train_loss: epochs.at(-1)?.trainLoss ?? null,
    test: epochs.at(-1)?.test ?? null,
    best: best ? { epoch: best.epoch, ...best.test } : null,
    config,
  };
}

/** The trainings directly below a root, those that cannot be read with a note. */
function trainingsIn(root: string): readonly TrainingSummary[] {
  return runDirectories(root).flatMap((directory) => {
    try {
      return runKind(directory) === "training" ? [readTrainingSummary(directory)] : [];
    } catch (error) {
      // One whose kind cannot be read is named among the searches.
      if (error instanceof RunStoreError || error instanceof ConfigError) return [];
      throw error;
    }
  });
}

/** Rows of a table of trainings: run, state, epochs, steps, loss, best top-1; or a line of JSON for each. */
export function listTrainings(root: string, { json }: { readonly json?: boolean | undefined }): readonly string[][] {
  const found = trainingsIn(root);
  if (json) found.forEach((training) => printJson(facts(training)));
  return found.map(({ directory, running, config, lastStep, epochs, best }) => [
    ...[runId(directory), running ? "running" : ""],
    ...[`${epochs.length} of ${config.epochs}`, `${lastStep?.step ?? 0}`],
    ...[lastStep?.loss.toFixed(4) ?? "–", best?.test ? percent(best.test.top1) : "–"],
  ]);
}

/** How a training's run is shown. */
export interface ShowTrainingOptions {
  readonly json?: boolean | undefined;
  readonly journal?: boolean | undefined;
  readonly csv?: boolean | undefined;
  readonly top?: number | undefined;
  readonly plot?: string | undefined;
}

/** Prints a training's run, its steps, or these as CSV. Throws RunStoreError, UsageError. */
export function showTraining(directory: string, { json, journal, csv, top, plot }: ShowTrainingOptions): void {
  if (top !== undefined || plot !== undefined) {
    throw new UsageError(`Cannot show ${directory} so as it is a training: --top and --plot are for searches`);
  }
  if (csv) {
    print(csvLine(["step", "loss", "learning_rate", "time_ms"]));
    for (const { step, loss, rate, timeMs } of readTraining(directory).steps) {
      print(csvLine([step, loss, rate, timeMs]));
    }
    return;
  }
  if (journal) {
    for (const { step, loss, rate, timeMs } of readTraining(directory).steps) {
      if (json) printJson({ step, loss, learning_rate: rate, time_ms: timeMs });
      else print(`${step}\t${loss}\t${rate}`);
    }
    return;
  }
  const run = readTrainingSummary(directory);
  if (json) return printJson({ ...facts(run), subject: run.subject, epochs: run.epochs, sessions: run.sessions });
  printSummary(run);
}

function printSummary(
  { directory, running, config, subject, lastStep, epochs, best, sessions }: TrainingSummary,
): void {
  const { network, data, trainSplit, testSplit } = subject;
  printFields([
    ["run", `${directory}${running ? " (running)" : ""}`],
    ["training", `${config.preset ?? "own"}, ${network}, seed ${config.seed}`],
    ["data", `${data}, trained on ${trainSplit}${testSplit === null ? "" : `, tested on ${testSplit}`}`],
    ["epochs", `${epochs.length} of ${config.epochs}`],
    ["last step", lastStep ? `${lastStep.step}, loss ${lastStep.loss.toFixed(4)}` : "none"],
    ["best", best?.test ? `top-1 ${percent(best.test.top1)} after epoch ${best.epoch}` : "none"],
    ...sessions.flatMap(({ machine, firstStep, accepted }) => [
      ["ran on", `${machine.host}, ${machine.device}, from step ${firstStep}`] as const,
      ...accepted.map(({ part, was, is }) => ["  accepted", `${part} was ${was}, is ${is}`] as const),
    ]),
  ]);
}

/** Goes on with a training until all epochs are done or an interrupt. Throws RunStoreError, RunChangedError, Interrupted. */
export async function resumeTraining(directory: string, options: TrainingSessionOptions): Promise<void> {
  using store = TrainingStore.open(directory);
  if (store.epochs().length >= store.config.epochs) {
    return note(`${directory}: all ${store.config.epochs} epochs are done`);
  }
  await runTrainingSession(store, options);
}
