/** What is trained, and on what, by its description: a run's folder keeps it, so that a resume finds the same. */
import { resolve } from "node:path";
import { type NormalizationName, normalizations } from "../../core/images/mod.ts";
import { readText } from "../../core/io/files/read.ts";
import {
  type DataSet,
  fileHash,
  holdsRun,
  limitedData,
  openCheckpoint,
  openDataFolder,
  openRunForReading,
  openSplit,
  readParameters,
  type TrainingRun,
  type TrainingSubject,
} from "../../core/io/mod.ts";
import type { NamedDesign } from "../../core/networks/design.ts";
import { networkNamed, networkNames } from "../../core/networks/zoo/mod.ts";
import type { TrainOptions } from "../commands/train.ts";
import { inFile, UsageError } from "../errors.ts";
import { formOf } from "../form_options.ts";

/** The parts of a run that its subject stands for. */
export type OpenedSubject = Pick<TrainingRun, "design" | "train" | "test" | "normalization" | "values">;

/** The network that an argument stands for: as it is, in a file, or the best of a search. */
async function networkText(text: string): Promise<string> {
  const info = await Deno.stat(text).catch(() => undefined);
  if (info?.isFile) return (await readText(text, "structures")).trim();
  if (!info?.isDirectory || !holdsRun(text)) return text;
  using run = openRunForReading(text);
  const { best } = run.summary();
  if (!best) throw new UsageError(`Cannot train the best network of ${text} as it has found none`);
  return best.structure;
}

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

/** Where weights begin: in a file, which must be the one that it was. Throws UsageError, CheckpointError. */
async function checkWeights({ weights }: TrainingSubject): Promise<void> {
  if (!weights) return;
  const sha256 = await fileHash(weights.path);
  if (sha256 === weights.sha256) return;
  throw new UsageError(`Cannot begin with ${weights.path} as it is another file now: got SHA-256 ${sha256}`);
}

/** Opens what a subject describes. Throws DataSetError, UsageError, CheckpointError. */
export async function openTrainingSubject(subject: TrainingSubject): Promise<OpenedSubject> {
  const { network, form, normalization, weights } = subject, design = networkNamed(network).design(form);
  const data = await openData(subject);
  checkClasses(design, data.train);
  await checkWeights(subject);
  return {
    design,
    ...data,
    normalization: normalizations[normalization as NormalizationName],
    ...(weights && {
      values: (parameters) => {
        using file = openCheckpoint(weights.path);
        return readParameters(file, parameters);
      },
    }),
  };
}

/** The splits that are tested on unless told, best first. */
const TESTED = ["val", "valid", "validation", "test"];

/** The subject that a command line describes. Throws UsageError, DataSetError, StructureSyntaxError, FileError. */
export async function describeSubject(text: string, options: TrainOptions): Promise<TrainingSubject> {
  const folder = await openDataFolder(options.data), train = await openSplit(folder, options.split);
  const testSplit = options.testSplit ?? TESTED.find((name) => folder.splits.includes(name)) ?? null;
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
