/** What `zen finalists` does. */
import { isDeepStrictEqual } from "node:util";
import {
  holdsRun,
  loadModules,
  loadTrainConfig,
  modulesOf,
  openRunForReading,
  readTrainingSummary,
  replaceFile,
  TrainingStore,
  type TrainingSubject,
  type TrainingSummary,
} from "../../core/io/mod.ts";
import { requirePictures } from "../../core/io/picture_permission.ts";
import { type FinalistField, judgeFinalists, type TrainedFinalist } from "../../core/search/mod.ts";
import type { TrainConfig } from "../../core/train/mod.ts";
import type { FinalistsOptions } from "../commands/finalists.ts";
import { Interrupted, UsageError } from "../errors.ts";
import { finalistsOf } from "../finalists/choice.ts";
import { printFinalists, printPlan } from "../finalists/table.ts";
import { admitModules } from "../search/admission.ts";
import { note } from "../terminal.ts";
import { runTrainingSession } from "../training/session.ts";
import { trainSettingsFrom } from "../training/setting_options.ts";
import { describeSubject, openTrainingSubject } from "../training/subject.ts";

/** What a search has found, and its configuration. */
async function fieldOf(directory: string, { top }: FinalistsOptions): Promise<Omit<FinalistField, "space">> {
  await admitModules(directory);
  using run = openRunForReading(directory);
  const { config } = run.summary();
  await loadModules(modulesOf(config.modules));
  const scored = [...run.proposals()].flatMap((one) => one.verdict === "scored" ? [one] : []);
  if (scored.length === 0) throw new UsageError(`Cannot train the finalists of ${directory} as it has found none`);
  return { config, best: run.top(top), scored };
}

/** By what finalists are trained. */
interface Settings {
  readonly config: TrainConfig;
  readonly options: FinalistsOptions;
}

/** What a structure is trained on. Throws UsageError for data without images to test on. */
async function subjectOf(structure: string, { config, options }: Settings): Promise<TrainingSubject> {
  const subject = await describeSubject(structure, options);
  await openTrainingSubject(subject, config);
  if (subject.testSplit !== null) return subject;
  throw new UsageError("Cannot compare finalists as the data must have a split to test on");
}

/** The top-1 after the last epoch; undefined before. Throws UsageError where a training was begun by other settings. */
function accuracyOf(directory: string, wanted: Pick<TrainingSummary, "config" | "subject">): number | undefined {
  const { epochs, config, subject } = readTrainingSummary(directory);
  if (!isDeepStrictEqual([config, subject], JSON.parse(JSON.stringify([wanted.config, wanted.subject])))) {
    throw new UsageError(`Cannot go on with ${directory} as it was begun by other settings, or on other data`);
  }
  return epochs.length < config.epochs ? undefined : epochs.at(-1)?.test?.top1;
}

/** Trains one seed of one finalist unless that is done; gives its accuracy. Throws Interrupted. */
async function trainOne(directory: string, structure: string, settings: Settings): Promise<number> {
  const { config } = settings, subject = await subjectOf(structure, settings), isThere = holdsRun(directory);
  const done = isThere ? accuracyOf(directory, { config, subject }) : undefined;
  if (done !== undefined) return done;
  using store = isThere ? TrainingStore.open(directory) : TrainingStore.create(directory, { config, subject });
  await runTrainingSession(store, { ...settings.options, part: true });
  return store.epochs().at(-1)!.test!.top1;
}

/**
 * Trains finalists and compares them. Throws Interrupted after an interrupt, when everything done is on disk, and what
 * `train` throws.
 */
export async function finalists(directory: string, options: FinalistsOptions): Promise<void> {
  requirePictures();
  const config = await loadTrainConfig(options.preset, trainSettingsFrom(options)), { seeds, dryRun } = options;
  const field = await fieldOf(directory, options), chosen = await finalistsOf(directory, field, options);
  if (dryRun) return await printPlan(chosen, { search: field.config, config, options });
  const trained: TrainedFinalist[] = [];
  for (const [at, finalist] of chosen.entries()) {
    const accuracies: number[] = [];
    for (let seed = config.seed; seed < config.seed + seeds; seed++) {
      const place = `${directory}/finalists/${at + 1}-seed${seed}`;
      note(`finalist ${at + 1} of ${chosen.length}, seed ${seed}: ${finalist.structure}`);
      try {
        accuracies.push(await trainOne(place, finalist.structure, { config: { ...config, seed }, options }));
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
        throw new Interrupted("interrupted; everything done is kept, continue with the same command");
      }
    }
    trained.push({ ...finalist, accuracies });
  }
  const verdict = judgeFinalists(trained), path = `${directory}/finalists/finalists.svg`;
  const { finalistPlot } = await import("../finalists/plot.ts");
  replaceFile(path, await finalistPlot(trained, verdict));
  printFinalists(trained, { verdict, options, path });
}
