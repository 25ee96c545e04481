/** What `zen distil` does. */
import { loadTrainConfig, TrainingStore } from "../../core/io/mod.ts";
import { requirePictures } from "../../core/io/picture_permission.ts";
import type { DistilOptions } from "../commands/distil.ts";
import { runTrainingSession } from "../training/session.ts";
import { trainSettingsFrom } from "../training/setting_options.ts";
import { describeSubject, openTrainingSubject } from "../training/subject.ts";
import { describeTeacher } from "../training/teacher.ts";
import { freeFolder } from "./train.ts";

/** Starts a run and trains until all epochs are done or an interrupt. Throws what `describeTeacher` and `train` throw. */
export async function distil(network: string, options: DistilOptions): Promise<void> {
  requirePictures();
  const config = await loadTrainConfig(options.preset, trainSettingsFrom(options));
  const student = await describeSubject(network, options),
    subject = {
      ...student,
      teacher: await describeTeacher(student, { options, config }),
    };
  const opened = await openTrainingSubject(subject, config); // what cannot work is refused before a folder is made for it
  using store = TrainingStore.create(options.out ?? freeFolder("distil", subject.network, config), { config, subject });
  await runTrainingSession(store, { ...options, opened });
}
