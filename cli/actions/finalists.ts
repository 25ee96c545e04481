/** What `zen finalists` does. */
import { isDeepStrictEqual } from "node:util";
import {
  holdsRun,
  loadModules,
  loadTrainConfig,
  modulesOf,
  openRunForReading,
  readTraining,
  replaceFile,
  TrainingStore,
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

/** The top-1 of a finished training; undefined for any other. */
function accuracyOf(directory: string): number | undefined {
  if (!holdsRun(directory)) return undefined;
  const { epochs, config } = readTraining(directory);
  return epochs.length < config.epochs ? undefined : epochs.at(-1)?.test?.top1;
}

/** The store of one training, new or continued. Throws UsageError where it was begun by other settings. */
async function storeOf(directory: string, structure: string, { config, options }: Settings): Promise<TrainingStore> {
  const subject = await describeSubject(structure, options);
  await openTrainingSubject(subject, config);
  if (subject.testSplit === null) {
    throw new UsageError("Cannot compare finalists as the data must have a split to test on");
  }
  if (!holdsRun(directory)) return TrainingStore.create(directory, { config, subject });
  const store = TrainingStore.open(directory);
  if (isDeepStrictEqual([store.config, store.subject], JSON.parse(JSON.stringify([config, subject])))) return store;
  store[Symbol.dispose]();
  throw new UsageError(`Cannot go on with ${directory} as it was begun by other settings, or on other data`);
}

interface Settings {
  readonly config: TrainConfig;
  readonly options: FinalistsOptions;
}

/** Trains one seed of one finalist unless that is done; gives its accuracy. Throws Interrupted. */
async function trainOne(directory: string, structure: string, settings: Settings): Promise<number> {
  const done = accuracyOf(directory);
  if (done !== undefined) return done;
  using store = await storeOf(directory, structure, settings);
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
  replaceFile(path, finalistPlot(trained, verdict));
  printFinalists(trained, { verdict, options, path });
}
