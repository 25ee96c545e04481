/** Classes of a labelled batch. */
import { Random } from "../../numeric/random.ts";
import type { ScoringSettings } from "../proxy.ts";

/** Labels are the decisions of a seed from this number on; proposals are those from 0, and never so many. */
const FIRST_LABEL_DECISION = 2 ** 52;

/** Which batch to label. */
export interface LabelledBatch {
  /** Classes that there are. */
  readonly classes: number;
  /** 0 for the first batch of a score, 1 for the second. */
  readonly which: 0 | 1;
}

/** The class of each image of a batch: drawn uniformly, or its number modulo the classes. */
export function labelsOf(settings: ScoringSettings, { classes, which }: LabelledBatch): readonly number[] {
  const { batch, seed, draw } = settings;
  if (settings.labels === "modulo") return Array.from({ length: batch }, (_, image) => image % classes);
  const random = new Random(seed, FIRST_LABEL_DECISION + 2 * draw + which);
  return Array.from({ length: batch }, () => random.below(classes));
}

/** Labels as probabilities, `[n, classes]` row-major: 1 at each image's class, 0 elsewhere. */
export function oneHot(labels: readonly number[], classes: number): Float32Array {
  const values = new Float32Array(labels.length * classes);
  labels.forEach((label, image) => values[image * classes + label] = 1);
  return values;
}
