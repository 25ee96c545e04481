/** What an evaluation found, for people and for scripts. */
import type { Accuracy, ClassificationResult } from "../../core/mod.ts";
import type { BatchTimes, BrokenFile, DataSet } from "../../core/io/mod.ts";
import { grouped, percent, print, printFields, printJson, printTable } from "../terminal.ts";
import type { Subject } from "./subject.ts";

/** An evaluation, and what was evaluated on what. */
export interface EvaluationFacts {
  readonly subject: Subject;
  readonly data: DataSet;
  readonly normalization: string;
  /** Images that were to be answered. */
  readonly total: number;
  readonly result: ClassificationResult;
  readonly broken: readonly BrokenFile[];
  readonly times: BatchTimes;
  readonly seconds: number;
}

/** Classes that are listed, worst first; `--json` has all. */
const WORST_CLASSES = 10;

function accuracyText({ right, share, interval95: [low, high] }: Accuracy, images: number): string {
  return `${percent(share)} (${grouped(right)} of ${grouped(images)}; 95 %: ${percent(low)} … ${percent(high)})`;
}

/** How long the device waited for images, behind the first batch. */
const waitedSeconds = ({ waitedMs, firstMs }: BatchTimes): number => (waitedMs - firstMs) / 1000;

function printText({ subject, data, result, broken, times, seconds, normalization }: EvaluationFacts): void {
  const { top1, top5, loss, images, calibrationError, notFinite } = result;
  printFields([
    ["network", subject.name],
    ...(subject.weights ? [["weights", subject.weights.path] as const] : []),
    ["data", `${data.name}, ${data.split}, normalised by ${normalization}`],
    ["top-1", accuracyText(top1, images)],
    ["top-5", accuracyText(top5, images)],
    ["loss", loss === null ? "no image has finite logits" : loss.toFixed(4)],
    ["calibration error", percent(calibrationError)],
    ["images/s", `${(images / seconds).toFixed(1)} (waited ${waitedSeconds(times).toFixed(1)} s for images)`],
    ...(notFinite > 0 ? [["not finite", `${notFinite} images, counted as wrong`] as const] : []),
    ...(broken.length > 0 ? [["broken", `${broken.length} images, left out: ${broken[0]!.file} …`] as const] : []),
  ]);
}

function printClasses({ result, data }: EvaluationFacts): void {
  const seen = result.perClass.filter(({ images }) => images > 0);
  const worst = seen.toSorted((a, b) => a.right / a.images - b.right / b.images).slice(0, WORST_CLASSES);
  print("");
  printTable(
    ["class", "right", "images", "most often taken for"],
    worst.map(({ label, right, images }) => {
      const row = result.confusion[label]!.map((count, other) => other === label ? 0 : count);
      const most = Math.max(...row), taken = most === 0 ? "" : `${data.classes[row.indexOf(most)]} (${most})`;
      return [data.classes[label]!, percent(right / images), images, taken];
    }),
  );
}

function printWorst({ result, data }: EvaluationFacts): void {
  if (result.worst.length === 0) return;
  print("");
  printTable(
    ["image", "class", "taken for", "loss"],
    result.worst.map(({ index, label, predicted, loss }) => [
      data.nameOf(index),
      data.classes[label]!,
      data.classes[predicted]!,
      loss.toFixed(3),
    ]),
  );
}

/** The evaluation under the names that scripts rely on. */
function facts({ subject, data, normalization, total, result, broken, times, seconds }: EvaluationFacts): object {
  const accuracy = ({ right, share, interval95 }: Accuracy): object => ({ right, share, interval95 });
  const { images, top1, top5, loss, notFinite, perClass, confusion, calibrationError, worst } = result;
  return {
    network: subject.name,
    form: subject.form,
    weights: subject.weights?.path ?? null,
    weights_sha256: subject.weights?.sha256 ?? null,
    data: data.name,
    split: data.split,
    normalize: normalization,
    images,
    of: total,
    top1: accuracy(top1),
    top5: accuracy(top5),
    loss,
    calibration_error: calibrationError,
    not_finite: notFinite,
    per_class: perClass.map(({ label, ...counts }) => ({ class: data.classes[label], ...counts })),
    confusion,
    worst: worst.map(({ index, label, predicted, loss }) => ({
      image: data.nameOf(index),
      class: data.classes[label],
      predicted: data.classes[predicted],
      loss: Number.isFinite(loss) ? loss : null,
    })),
    broken: broken.map(({ file, broken }) => ({ file, reason: broken })),
    images_per_second: images / seconds,
    waited_seconds: waitedSeconds(times),
    device: subject.device,
  };
}

/** Prints an evaluation. */
export function printEvaluation(evaluation: EvaluationFacts, { json = false }: { readonly json?: boolean }): void {
  if (json) return printJson(facts(evaluation));
  printText(evaluation);
  printClasses(evaluation);
  printWorst(evaluation);
}
