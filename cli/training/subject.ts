/** What is trained, and on what, by its description: a run's folder keeps it, so that a resume finds the same. */
import { resolve } from "node:path";
import { type NormalizationName, normalizations } from "../../core/images/mod.ts";
import {
  type DataSet,
  fileHash,
  heldOutSplits,
  limitedData,
  openCheckpoint,
  openDataFolder,
  openSplit,
  readParameters,
  type TeacherSubject,
  type TrainingRun,
  type TrainingSubject,
} from "../../core/io/mod.ts";
import type { NamedDesign } from "../../core/networks/design.ts";
import { networkNamed, networkNames } from "../../core/networks/zoo/mod.ts";
import type { TrainConfig } from "../../core/train/config.ts";
import type { TrainOptions } from "../commands/train.ts";
import { inFile, UsageError } from "../errors.ts";
import { formOf } from "../form_options.ts";
import { networkText } from "./network_text.ts";
import { checkTeaching } from "./teacher.ts";

/** The parts of a run that its subject stands for. */
export type OpenedSubject = Pick<TrainingRun, "design" | "train" | "test" | "normalization" | "values" | "teacher">;

/** The parts of a data set, cut to a limit. */
async function openData({ data, trainSplit, testSplit, limit }: TrainingSubject) {
  const folder = await openDataFolder(data);
  const open = async (split: string): Promise<DataSet> => {
    const all = await openSplit(folder, split);
    return limit === null ? all : limitedData(all, limit);
  };
  return { train: await open(trainSplit), test: testSplit === null ? undefined : await open(testSplit) };
}

function checkClasses(design: NamedDesign, { classes }: DataSet): void {
  if (design.classes === classes.length) return;
  throw new UsageError(
    `Cannot train as network and data must have the same classes: got ${design.classes} and ${classes.length}`,
  );
}

/** How the settings cut images, and how many make a batch. */
export type ImageSettings = Pick<TrainConfig, "crop" | "batch" | "accumulate">;

/** Images of one size are cropped, not resized, so they must have the network's. Throws UsageError. */
function checkSize({ resolution }: NamedDesign, { imageSize }: DataSet, { crop }: ImageSettings): void {
  if (imageSize === undefined || imageSize === resolution || crop === "resized") return;
  const other = `got ${imageSize} × ${imageSize}; --resolution ${imageSize} or --crop resized makes them equal`;
  throw new UsageError(`Cannot train as images must have the network's ${resolution} × ${resolution} pixels: ${other}`);
}

/** An epoch is at least one step. Throws UsageError. */
function checkCount({ count }: DataSet, { batch, accumulate }: ImageSettings): void {
  if (Math.floor(count / batch) >= accumulate) return;
  const step = accumulate === 1 ? `${batch}` : `${accumulate} × ${batch}`;
  throw new UsageError(`Cannot train as a step takes ${step} images: got ${count}; --batch makes a step smaller`);
}

/** The weights of a file, which must be the one that it was. */
type KeptWeights = NonNullable<TrainingSubject["weights"]>;

/** Throws UsageError where a file of weights has changed, FileError where there is none. */
async function checkWeights(weights: KeptWeights | null): Promise<void> {
  if (!weights) return;
  const sha256 = await fileHash(weights.path);
  if (sha256 === weights.sha256) return;
  throw new UsageError(`Cannot take weights of ${weights.path} as it is another file now: got SHA-256 ${sha256}`);
}

const valuesOf = ({ path }: KeptWeights): OpenedSubject["values"] & object => (parameters) => {
  using file = openCheckpoint(path);
  return readParameters(file, parameters);
};

/** Who teaches. Throws UsageError where the student cannot learn from it, or its weights are no longer those. */
async function openTeacher(
  { network, form, weights }: TeacherSubject,
  { student, config }: { readonly student: NamedDesign; readonly config: TrainConfig },
): Promise<OpenedSubject["teacher"]> {
  const design = networkNamed(network).design(form);
  checkTeaching(student, design, config);
  await checkWeights(weights);
  return { design, values: valuesOf(weights) };
}

/** Opens what a subject describes. Throws DataSetError, UsageError, CheckpointError. */
export async function openTrainingSubject(subject: TrainingSubject, config: TrainConfig): Promise<OpenedSubject> {
  const { network, form, normalization, weights, teacher } = subject, design = networkNamed(network).design(form);
  const data = await openData(subject);
  checkClasses(design, data.train);
  checkSize(design, data.train, config);
  checkCount(data.train, config);
  await checkWeights(weights);
  return {
    design,
    ...data,
    normalization: normalizations[normalization as NormalizationName],
    ...(weights && { values: valuesOf(weights) }),
    ...(teacher && { teacher: await openTeacher(teacher, { student: design, config }) }),
  };
}

/** The subject that a command line describes. Throws UsageError, DataSetError, StructureSyntaxError, FileError. */
export async function describeSubject(text: string, options: TrainOptions): Promise<TrainingSubject> {
  const folder = await openDataFolder(options.data), train = await openSplit(folder, options.split);
  const testSplit = options.testSplit ?? heldOutSplits.find((name) => folder.splits.includes(name)) ?? null;
  const network = await networkText(text), asked = formOf(options, true);
  const published = networkNames.includes(network) ? asked : {
    ...asked,
    resolution: asked.resolution ?? train.imageSize,
  };
  const design = await inFile(
    text,
    () => networkNamed(network).design({ ...published, classes: asked.classes ?? train.classes.length }),
  );
  const { weights } = options;
  return {
    network,
    form: design.form,
    data: resolve(options.data),
    trainSplit: options.split,
    testSplit: testSplit === options.split ? null : testSplit,
    limit: options.limit ?? null,
    normalization: options.normalize ?? folder.normalization,
    weights: weights === undefined ? null : { path: resolve(weights), sha256: await fileHash(weights) },
  };
}
