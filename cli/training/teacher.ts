/** Who teaches in a distillation, by its description, and whether two networks can be compared. */
import { fileHash, type TeacherSubject, type TrainingSubject } from "../../core/io/mod.ts";
import { resolve } from "node:path";
import type { NamedDesign, NetworkDesign } from "../../core/networks/design.ts";
import { networkNamed, networkNames } from "../../core/networks/zoo/mod.ts";
import { ShapeError } from "../../core/graph/shape.ts";
import { distillationLoss, type TrainConfig, trainingGraphs } from "../../core/train/mod.ts";
import type { DistilOptions } from "../commands/distil.ts";
import { inFile, UsageError } from "../errors.ts";
import { openWeights } from "../weights/open.ts";
import { networkText } from "./network_text.ts";

/** The teacher's file of weights. Throws UsageError where none is named, FetchError, FileError, CheckpointError. */
async function weightsOf(network: string, options: DistilOptions): Promise<TeacherSubject["weights"]> {
  const { teacherWeights: weights, teacherPretrained: pretrained = false, checkpoints, json, quiet } = options;
  const place = checkpoints === undefined ? {} : { checkpoints };
  if (weights !== undefined) return { path: resolve(weights), sha256: await fileHash(weights) };
  if (!pretrained) {
    throw new UsageError(
      "Cannot learn from a teacher without weights: give --teacher-weights FILE, or --teacher-pretrained",
    );
  }
  using opened = await openWeights({ network, pretrained, json, quiet, ...place });
  return opened!.file;
}

/**
 * The teacher that a command line describes. A network of the zoo has its published form; another one the student's classes
 * and resolution. Throws UsageError, FetchError, FileError, StructureSyntaxError.
 */
export async function describeTeacher(
  { form: student }: TrainingSubject,
  { options, config: { teacherResolution: resolution } }: {
    readonly options: DistilOptions;
    readonly config: TrainConfig;
  },
): Promise<TeacherSubject> {
  const { teacher: text } = options, network = await networkText(text), { classes } = student;
  const form = networkNames.includes(network)
    ? { resolution }
    : { resolution: resolution ?? Number(student.resolution), classes: Number(classes) };
  const design: NamedDesign = await inFile(text, () => networkNamed(network).design(form));
  return { network, form: { ...design.form }, weights: await weightsOf(network, options) };
}

/** Throws UsageError where a student cannot learn from a teacher. */
export function checkTeaching(student: NetworkDesign, teacher: NetworkDesign, config: TrainConfig): void {
  try {
    trainingGraphs(student, {
      batch: 2,
      optimiser: { name: "sgd" },
      loss: distillationLoss(student, { ...config, teacher }),
    });
  } catch (error) {
    if (error instanceof ShapeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
