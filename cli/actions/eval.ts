/** What `zen eval` does. */
import { requirePictures } from "../../core/io/picture_permission.ts";
import { answers, Classification, type ClassificationResult } from "../../core/mod.ts";
import {
  type BatchTimes,
  type BrokenFile,
  ImageBatches,
  openDataFolder,
  openSplit,
  pipelineFor,
} from "../../core/io/mod.ts";
import type { EvalOptions } from "../commands/eval.ts";
import { Interrupted, UsageError } from "../errors.ts";
import { type EvaluationFacts, printEvaluation } from "../evaluation/report.ts";
import { normalizationFor, openSubject, type Subject } from "../evaluation/subject.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { ProgressLine } from "../progress.ts";
import { grouped } from "../terminal.ts";

/** What an evaluation gave. */
interface Outcome {
  readonly result: ClassificationResult;
  readonly broken: readonly BrokenFile[];
  readonly times: BatchTimes;
  readonly seconds: number;
}

/** Classifies all batches; after an interrupt, those that were answered. */
async function classify(
  batches: ImageBatches,
  { subject, total, options, signal }: {
    readonly subject: Subject;
    readonly total: number;
    readonly options: EvalOptions;
    readonly signal: AbortSignal;
  },
): Promise<Outcome> {
  using line = new ProgressLine({ hidden: options.json || options.quiet });
  const counted = new Classification({ classes: subject.classifier.classes, worst: options.worst });
  const started = performance.now();
  try {
    for await (const answered of answers(subject.classifier, batches)) {
      counted.add(answered);
      line.update(() => {
        const { images, right } = counted, share = `${(100 * right / images).toFixed(2)} %`;
        const facts = [`${grouped(images)} of ${grouped(total)} images`, `top-1 ${share}`];
        return { share: images / total, facts };
      });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (counted.images === 0) {
    throw signal.aborted
      ? new Interrupted("stopped before the first batch was answered")
      : new UsageError(`Cannot evaluate as no image can be read: got ${batches.broken.length} broken ones`);
  }
  const seconds = (performance.now() - started) / 1000;
  return { result: counted.result(), broken: batches.broken, times: batches.times, seconds };
}

/**
 * Classifies a data set by a network and prints how well. Throws UsageError, DataSetError, CheckpointError, FetchError,
 * MobileError, and Interrupted after the result of what was answered.
 */
export async function evaluateNetwork(text: string, options: EvalOptions): Promise<void> {
  requirePictures();
  const folder = await openDataFolder(options.data), data = await openSplit(folder, options.split);
  using interrupt = new InterruptSignal({ finishing: "stopping with the images so far" });
  const { signal } = interrupt, meant = { classes: data.classes.length, size: data.imageSize, batch: options.batch };
  await using subject = await openSubject(text, options, { ...meant, signal });
  const { normalization, source } = normalizationFor(subject, {
    asked: options.normalize,
    usual: folder.normalization,
  });
  const { classifier: { resolution, batch }, crop } = subject, { limit } = options;
  const pipeline = pipelineFor(data, { crop, resolution, normalization });
  using batches = new ImageBatches(data, { pipeline, batch, limit, signal });
  const total = Math.min(data.count, options.limit ?? data.count);
  const outcome = await classify(batches, { subject, total, options, signal });
  const facts: EvaluationFacts = { ...outcome, subject, data, normalization: source, total };
  printEvaluation(facts, options);
  if (signal.aborted) throw new Interrupted(`stopped after ${outcome.result.images} of ${total} images`);
}
