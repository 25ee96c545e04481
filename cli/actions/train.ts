/** What `zen train` does. */
import { holdsRun, loadTrainConfig, TrainingStore } from "../../core/io/mod.ts";
import { inferenceGraph } from "../../core/networks/inference.ts";
import { requirePictures } from "../../core/io/picture_permission.ts";
import type { TrainOptions } from "../commands/train.ts";
import { RUNS_FOLDER } from "../search/session.ts";
import { runTrainingSession } from "../training/session.ts";
import { trainSettingsFrom } from "../training/setting_options.ts";
import { describeSubject, openTrainingSubject } from "../training/subject.ts";

/** A folder below runs/ that no run has taken. */
export function freeFolder(verb: "train" | "distil", network: string, { seed }: { readonly seed: number }): string {
  const name = /^\w+$/.test(network) ? network : "structure", first = `${RUNS_FOLDER}/${verb}-${name}-seed${seed}`;
  for (let number = 2, folder = first;; folder = `${first}-${number++}`) if (!holdsRun(folder)) return folder;
}

/** Starts a run and trains until all epochs are done or an interrupt. Throws ConfigError, DataSetError, RunStoreError. */
export async function train(network: string, options: TrainOptions): Promise<void> {
  requirePictures();
  const config = await loadTrainConfig(options.preset, trainSettingsFrom(options));
  const subject = await describeSubject(network, options);
  // What cannot work is refused before a folder is made for it, weights of another network too.
  const opened = await openTrainingSubject(subject, config);
  opened.values?.(inferenceGraph(opened.design, { batch: 1 }).parameters);
  using store = TrainingStore.create(options.out ?? freeFolder("train", subject.network, config), { config, subject });
  await runTrainingSession(store, { ...options, opened });
}
