/** The loop of a training: epochs of steps, tests, snapshots, and what is kept of each. */
import type { Backend } from "../../graph/backend.ts";
import { answers, Classification, type Classifier, heldClassifier } from "../../evaluation/mod.ts";
import type { Normalization } from "../../images/mod.ts";
import type { NetworkDesign } from "../../networks/design.ts";
import {
  drawMix,
  labelTargets,
  mixRows,
  recipeOf,
  teacherParameters,
  Trainer,
  type TrainingFeed,
} from "../../train/mod.ts";
import { writeParameters } from "../checkpoints/mod.ts";
import { type DataSet, ImageBatches, pipelineFor, type TrainingBatch, TrainingImages } from "../data/mod.ts";
import { RunChangedError } from "../runs/identity.ts";
import type { RecordedEpoch, RecordedStep, TestResult } from "./database.ts";
import { DivergedError } from "./error.ts";
import { type HeldValues, restoreSnapshot, writeSnapshot } from "./snapshot.ts";
import { bestEpoch, type TrainingStore } from "./store.ts";
import { EventFile } from "./tensorboard.ts";

/** The weights after the last epoch, and those of the best tested one, in a run's directory. */
export const WEIGHTS_FILES = { last: "last.pth", best: "best.pth" } as const;

/** Images of a batch of a test. */
const TEST_BATCH = 64;
/** Steps whose losses are not known yet: while one runs, the next is ready. */
const AHEAD = 2;
/** Milliseconds from one snapshot to the next, unless told. */
const SNAPSHOT_INTERVAL_MS = 60_000;

/** What happened. */
export type TrainingEvent =
  | ({ readonly event: "step"; readonly epoch: number } & RecordedStep)
  | ({ readonly event: "epoch" } & RecordedEpoch);

/** What is trained, on what, and where it is kept. */
export interface TrainingRun {
  /** Keeps the journal; says how to train. */
  readonly store: TrainingStore;
  /** The network. */
  readonly design: NetworkDesign;
  /** Where it is trained. */
  readonly backend: Backend;
  /** The images to train on. */
  readonly train: DataSet;
  /** The images to test on; undefined for none. */
  readonly test: DataSet | undefined;
  /** Makes numbers of pixels. */
  readonly normalization: Normalization;
  /** What weights begin with; drawn unless given. */
  readonly values?: (parameters: Trainer["parameters"]) => Readonly<Record<string, Float32Array>>;
  /** Whose maps and logits the network learns beside the labels, and the values of its parameters. Default: nobody's. */
  readonly teacher?: { readonly design: NetworkDesign; readonly values: TrainingRun["values"] & object } | undefined;
  /** What decides the losses, and where. */
  readonly session: Omit<Parameters<TrainingStore["begin"]>[0], "firstStep">;
  /** Ends the training after the step that is computed; everything done is kept. */
  readonly signal?: AbortSignal | undefined;
  /**
   * A snapshot is taken so many milliseconds after the last, beside those at the ends of epochs; it decides how much a kill
   * loses. Default: a minute.
   */
  readonly snapshotMs?: number | undefined;
  /** Told everything as it happens. */
  readonly onEvent?: ((event: TrainingEvent) => void) | undefined;
}

/** What came of a training. */
export interface TrainingOutcome {
  /** Steps in all. */
  readonly steps: number;
  /** Whether all epochs are done; else the signal ended it. */
  readonly finished: boolean;
}

/** Threads that are not the caller's leave it idle; a step that is computed in the meantime has its images ready. */
class TrainingLoop implements Disposable {
  readonly #run: TrainingRun;
  readonly #trainer: Trainer;
  readonly #images: TrainingImages;
  readonly #classifier: Classifier;
  readonly #resources = new DisposableStack();
  #events: EventFile | undefined;
  #snapshotMs = Date.now();
  #losses: number[] = [];

  constructor(run: TrainingRun) {
    const { design, backend, train, normalization, store: { config } } = run, { batch, seed } = config;
    const teacher = run.teacher?.design;
    this.#run = run;
    const recipe = recipeOf(config, { size: design.resolution, normalization });
    this.#images = this.#resources.use(new TrainingImages(train, { recipe, batch, seed }));
    this.#trainer = this.#resources.use(new Trainer(design, { config, backend, batches: this.#images.steps, teacher }));
    const { state } = this.#trainer, nameOf = (name: string): string => this.#trainer.evaluatedName(name);
    this.#classifier = this.#resources.use(heldClassifier(design, { batch: TEST_BATCH, backend, state, nameOf }));
  }

  /** All epochs that are left. */
  async run(): Promise<TrainingOutcome> {
    const { store, session, values, signal, teacher } = this.#run, { stepsPerEpoch } = this.#trainer;
    const { epochs } = store.config, done = await restoreSnapshot(store.directory, this.#trainer.changing);
    if (teacher) await this.#trainer.teach(teacher.values(teacherParameters(teacher.design)));
    if (done === 0) await this.#trainer.begin(values?.(this.#trainer.parameters));
    store.begin({ ...session, firstStep: done + 1 });
    this.#events = this.#resources.use(new EventFile(store.directory, { step: done + 1 }));
    for (let step = done, epoch = Math.floor(done / stepsPerEpoch); epoch < epochs; epoch++) {
      step = await this.#trainEpoch(epoch, step);
      if (step < (epoch + 1) * stepsPerEpoch) {
        await this.#snapshot(step);
        return { steps: step, finished: false };
      }
      await this.#finishEpoch(epoch, step);
      if (signal?.aborted && epoch + 1 < epochs) return { steps: step, finished: false };
    }
    return { steps: epochs * stepsPerEpoch, finished: true };
  }

  /** The steps of an epoch that are left, up to the signal. Gives the number of the last step that was taken. */
  async #trainEpoch(epoch: number, from: number): Promise<number> {
    const { accumulate } = this.#run.store.config, first = epoch * this.#trainer.stepsPerEpoch;
    const ahead: { readonly step: number; readonly loss: Promise<number> }[] = [];
    let taken = from, feeds: TrainingFeed[] = [];
    this.#losses = this.#run.store.lossesOf(first + 1, from);
    for await (const batch of this.#images.epoch(epoch, { firstStep: (from - first) * accumulate })) {
      feeds.push(this.#feed(epoch, batch));
      if (feeds.length < accumulate) continue;
      const step = ++taken, loss = this.#trainer.step(step, feeds);
      loss.catch(() => {}); // whoever takes it gets the error
      ahead.push({ step, loss });
      feeds = [];
      if (ahead.length >= AHEAD) await this.#settle(epoch, ahead.shift()!);
      if (this.#run.signal?.aborted || taken === first + this.#trainer.stepsPerEpoch) break;
      if (Date.now() - this.#snapshotMs >= (this.#run.snapshotMs ?? SNAPSHOT_INTERVAL_MS)) {
        for (const one of ahead.splice(0)) await this.#settle(epoch, one);
        await this.#snapshot(taken);
      }
    }
    for (const one of ahead) await this.#settle(epoch, one);
    return taken;
  }

  #feed(epoch: number, { images, labels, step }: TrainingBatch): TrainingFeed {
    const { store: { config: { mixup, seed } }, design: { classes } } = this.#run;
    const targets = labelTargets(labels, { classes });
    if (mixup === 0) return { images, targets };
    const mix = drawMix({ seed, epoch, step, count: labels.length, alpha: mixup });
    return { images: mixRows(images, mix), targets: mixRows(targets, mix) };
  }

  /** Waits for a step's loss and keeps it. Throws DivergedError, and RunChangedError for another loss than was recorded. */
  async #settle(epoch: number, { step, loss: running }: { step: number; loss: Promise<number> }): Promise<void> {
    const { store, onEvent, session } = this.#run, loss = await running, rate = this.#trainer.rateOf(step);
    if (!Number.isFinite(loss)) throw new DivergedError(store.directory, { step, loss });
    const recorded = store.lossOf(step);
    if (recorded !== undefined && recorded !== loss && !session.acceptChange) {
      const change = { part: `the loss of step ${step}`, was: `${recorded}`, is: `${loss}` };
      throw new RunChangedError(store.directory, [change]);
    }
    this.#losses.push(loss);
    store.addStep({ step, loss, rate });
    this.#events!.add(step, { "loss/train": loss, "learning_rate": rate });
    onEvent?.({ event: "step", epoch: epoch + 1, step, loss, rate });
  }

  async #finishEpoch(index: number, step: number): Promise<void> {
    const { store, onEvent } = this.#run, { config: { epochs, evaluateEvery } } = store, epoch = index + 1;
    const due = epoch % evaluateEvery === 0 || epoch === epochs;
    const test = due && this.#run.test ? await this.#test(this.#run.test) : null;
    const trainLoss = this.#losses.reduce((sum, loss) => sum + loss, 0) / this.#losses.length;
    const done: RecordedEpoch = { epoch, step, trainLoss, test };
    store.addEpoch(done);
    this.#events!.add(step, {
      "loss/epoch": trainLoss,
      ...(test && { "loss/test": test.loss, "accuracy/top1": test.top1, "accuracy/top5": test.top5 }),
    });
    const held = await this.#trainer.changing.read();
    await this.#writeWeights(done, held);
    await this.#snapshot(step, held);
    onEvent?.({ event: "epoch", ...done });
  }

  async #test(data: DataSet): Promise<TestResult> {
    const { design: { resolution }, normalization } = this.#run;
    const pipeline = pipelineFor(data, { crop: resolution, resolution, normalization });
    using batches = new ImageBatches(data, { pipeline, batch: TEST_BATCH });
    const counted = new Classification({ classes: this.#run.design.classes });
    for await (const answered of answers(this.#classifier, batches)) counted.add(answered);
    const { top1, top5, loss } = counted.result();
    return { top1: top1.share, top5: top5.share, loss: loss ?? Infinity };
  }

  async #writeWeights(done: RecordedEpoch, held: HeldValues): Promise<void> {
    const { store: { directory }, store } = this.#run, { parameters } = this.#trainer;
    const values = Object.fromEntries(
      parameters.map(({ name }) => [name, held[this.#trainer.evaluatedName(name)]!]),
    );
    await writeParameters(`${directory}/${WEIGHTS_FILES.last}`, parameters, values);
    const isBest = bestEpoch(store.epochs())?.epoch === done.epoch;
    if (isBest) await writeParameters(`${directory}/${WEIGHTS_FILES.best}`, parameters, values);
  }

  /** Keeps everything after a step. Weights that are no numbers are not kept: the snapshot before them is worth more. */
  async #snapshot(step: number, held?: HeldValues): Promise<void> {
    const { store: { directory } } = this.#run, state = this.#trainer.changing, values = held ?? await state.read();
    this.#run.store.flush();
    if (Object.values(values).some((numbers) => !numbers.every(Number.isFinite))) {
      throw new DivergedError(directory, { step, loss: undefined });
    }
    await writeSnapshot(directory, { step, state, values });
    this.#snapshotMs = Date.now();
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }
}

/**
 * Trains until all epochs are done or the signal aborts. A run that was interrupted goes on after its last snapshot, with
 * the same losses; steps after it that were recorded are compared. Throws DivergedError, RunChangedError, RunStoreError,
 * CheckpointError, DataSetError, DeviceLostError; what was recorded before stays.
 */
export async function runTraining(run: TrainingRun): Promise<TrainingOutcome> {
  using loop = new TrainingLoop(run);
  return await loop.run();
}
