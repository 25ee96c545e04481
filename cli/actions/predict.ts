/** What `zen predict` does. */
import { applyPipeline, classNames, evaluationPipeline, measureAnswer } from "../../core/mod.ts";
import { decodeFile } from "../../core/io/mod.ts";
import { requirePictures } from "../../core/io/picture_permission.ts";
import type { PredictOptions } from "../commands/predict.ts";
import { normalizationFor, openSubject, type Subject } from "../evaluation/subject.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { normalizationText } from "../normalization.ts";
import { readLabels } from "../labels.ts";
import { note, print, printJson } from "../terminal.ts";

/** A class that an image may show. */
interface Guess {
  readonly class: string;
  readonly index: number;
  /** 0 to 1. */
  readonly probability: number;
}

/** The names of a network's classes. Throws UsageError for a list of another length. */
async function labelsFor({ labels, classifier: { classes } }: Subject, source?: string): Promise<readonly string[]> {
  if (source !== undefined) return await readLabels(source, classes);
  if (labels.length === classes) return labels;
  return classNames(classes) ?? Array.from({ length: classes }, (_, index) => `class ${index}`);
}

/** The likeliest classes, the likeliest first. */
function guesses(logits: Float32Array, labels: readonly string[], top: number): readonly Guess[] {
  const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, top);
  return order.map((index) => ({
    class: labels[index]!,
    index,
    probability: Math.exp(-measureAnswer(logits, index).loss),
  }));
}

function printGuesses(image: string, found: readonly Guess[], json: boolean | undefined): void {
  if (json) return printJson({ image, predictions: found });
  print(image);
  for (const guess of found) print(`  ${(100 * guess.probability).toFixed(2).padStart(6)} %  ${guess.class}`);
}

/** Classifies pictures and prints the likeliest classes. Throws BrokenImageError, UsageError, and what opening throws. */
export async function predict(text: string, images: readonly string[], options: PredictOptions): Promise<void> {
  requirePictures();
  using interrupt = new InterruptSignal({ finishing: "stopping" });
  await using subject = await openSubject(text, options, { batch: 1, signal: interrupt.signal });
  const { classifier, crop } = subject, { resolution } = classifier;
  const labels = await labelsFor(subject, options.labels);
  const chosen = normalizationFor(subject, { asked: options.normalize, usual: "imagenet" });
  if (subject.stated && !options.quiet) note(normalizationText(chosen));
  const pipeline = evaluationPipeline({ crop, resolution, normalization: chosen.normalization });
  for (const path of images) {
    const { values } = applyPipeline(await decodeFile(path), pipeline);
    printGuesses(path, guesses(await classifier.answer(values), labels, options.top), options.json);
  }
}
