/** Augmented batches for training, ready before a device asks for them. */
import type { AugmentationDraw, AugmentationRecipe, ImageBatch } from "../../images/mod.ts";
import { epochRandom, permutation } from "../../numeric/mod.ts";
import type { BatchTimes, BrokenFile } from "./batches.ts";
import { joined, orAborted } from "./collect.ts";
import type { DataSet } from "./data_set.ts";
import { DataSetError } from "./error.ts";
import type { ImageResult, ReadyImage } from "./messages.ts";
import { defaultThreads, ImageWorkers } from "./workers.ts";

/** Images of a message where they are in memory, and so little work each. */
const TOGETHER = 16;
/** Threads that are enough for images in memory: each makes thousands a second. */
const THREADS_FROM_MEMORY = 2;
/** Images on their way for each thread. */
const AHEAD = 4;

/** How to make batches for training. */
export interface TrainingImagesOptions {
  /** What is done to each image. */
  readonly recipe: AugmentationRecipe;
  /** Images of a batch. */
  readonly batch: number;
  /** A non-negative safe integer: what orders and augmentations are drawn from. */
  readonly seed: number;
  /** What becomes of the images behind the last whole batch; default: `"drop"`, as Zen-NAS trains. */
  readonly rest?: "keep" | "drop" | undefined;
  /** Threads; 0 for none but this. Default: one a core, at most 16, and at most 2 for images in memory. */
  readonly workers?: number | undefined;
}

/** Which part of an epoch is wanted. */
export interface EpochOptions {
  /** The first batch; default: 0. A training that is resumed begins where it stopped. */
  readonly firstStep?: number | undefined;
  /** Ends the reading: the batch that is waited for rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A batch, and its place in the epoch. */
export interface TrainingBatch extends ImageBatch {
  /** Its number in the epoch, from 0. */
  readonly step: number;
}

/** The order of a data set's images in an epoch: a function of their number, the seed and the epoch alone. */
export function epochOrder(
  count: number,
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
): Uint32Array {
  return permutation(count, epochRandom("order", { seed, epoch, item: 0 }));
}

/**
 * A data set's images as a training takes them: shuffled and augmented anew in each epoch, by threads that go on from one
 * epoch to the next. Batch `step` of epoch `epoch` is a function of the data, the options and these two numbers alone: of no
 * threads, and of no batches before. While one batch is used, the next are on their way. A broken image is named, and the
 * next whole one of its batch takes its place.
 */
export class TrainingImages implements Disposable {
  /** Images that could not be decoded so far. */
  readonly broken: BrokenFile[] = [];
  readonly #data: DataSet;
  readonly #options: TrainingImagesOptions;
  readonly #workers: ImageWorkers;
  /** Batches that may be on their way, the one that is waited for among them. */
  readonly #most: number;
  #times = { batches: 0, waitedMs: 0, firstMs: 0, decodeMs: 0, transformMs: 0 };

  /** Starts the threads. Throws RangeError for a batch that the data set is too small for. */
  constructor(data: DataSet, options: TrainingImagesOptions) {
    const { batch } = options, workers = options.workers ?? defaultWorkers(data);
    this.#data = data;
    this.#options = options;
    if (!(Number.isInteger(batch) && batch >= 1 && this.steps >= 1)) {
      throw new RangeError(
        `Cannot make batches of ${data.count} images as a batch has 1 … ${data.count}: got ${batch}`,
      );
    }
    this.#most = Math.max(3, 1 + Math.ceil(AHEAD * workers / batch));
    this.#workers = new ImageWorkers(workers);
  }

  /** Batches of an epoch. */
  get steps(): number {
    const batches = this.#data.count / this.#options.batch;
    return this.#options.rest === "keep" ? Math.ceil(batches) : Math.floor(batches);
  }

  /** Where the time went so far. */
  get times(): BatchTimes {
    return this.#times;
  }

  /** Ends the threads. */
  [Symbol.dispose](): void {
    this.#workers[Symbol.dispose]();
  }

  /**
   * The batches of an epoch, from 0, in their order. Throws RangeError for an epoch or a step out of bounds, DataSetError for
   * a batch without a whole image, ImageWorkerError, and the reason of the signal.
   */
  async *epoch(epoch: number, { firstStep = 0, signal }: EpochOptions = {}): AsyncGenerator<TrainingBatch> {
    const { steps } = this, { seed } = this.#options;
    if (!(Number.isInteger(firstStep) && firstStep >= 0 && firstStep <= steps)) {
      throw new RangeError(`Cannot begin an epoch as its first step is 0 … ${steps}: got ${firstStep}`);
    }
    const order = epochOrder(this.#data.count, { seed, epoch }), begun: Promise<TrainingBatch>[] = [];
    for (let next = firstStep, step = firstStep; step < steps; step++) {
      while (next < steps && begun.length < this.#most) {
        const batch = this.#assemble(order, { epoch, step: next++ });
        batch.catch(() => {}); // whoever takes it gets the error
        begun.push(batch);
      }
      const asked = performance.now(), batch = await orAborted(begun.shift()!, signal);
      this.#account(performance.now() - asked);
      yield batch;
    }
  }

  #account(waitedMs: number): void {
    if (this.#times.batches === 0) this.#times.firstMs = waitedMs;
    this.#times.batches++;
    this.#times.waitedMs += waitedMs;
  }

  async #assemble(order: Uint32Array, { epoch, step }: { epoch: number; step: number }): Promise<TrainingBatch> {
    const { batch } = this.#options, wanted = order.slice(step * batch, (step + 1) * batch);
    const images = await this.#prepare([...wanted], epoch), kept = this.#replaceBroken(wanted, images);
    const ready = kept.map((place) => images[place] as ReadyImage), indices = kept.map((place) => wanted[place]!);
    this.#check(indices, ready);
    for (const { decodeMs, transformMs } of ready) {
      this.#times.decodeMs += decodeMs;
      this.#times.transformMs += transformMs;
    }
    const labels = indices.map((index) => this.#data.label(index));
    return { step, images: joined(ready.map(({ values }) => values)), labels, indices };
  }

  async #prepare(indices: readonly number[], epoch: number): Promise<ImageResult[]> {
    const { recipe, seed } = this.#options, together = this.#data.imageSize === undefined ? 1 : TOGETHER;
    const works = indices.map((index) => {
      const treatment: AugmentationDraw = { recipe, seed, epoch, index };
      return { source: this.#data.source(index), treatment };
    });
    const groups = Array.from(
      { length: Math.ceil(works.length / together) },
      (_, group) => this.#workers.prepareAll(works.slice(group * together, (group + 1) * together)),
    );
    return (await Promise.all(groups)).flat();
  }

  /** For each place of a batch, the place that its image is taken from: its own, or the next whole one's. */
  #replaceBroken(indices: Uint32Array, images: readonly ImageResult[]): number[] {
    for (const [place, image] of images.entries()) {
      const index = indices[place]!;
      if (!("broken" in image) || this.broken.some((known) => known.index === index)) continue;
      this.broken.push({ index, file: this.#data.nameOf(index), broken: image.broken });
    }
    return images.map((_, place) => {
      const distance = images.findIndex((_, ahead) => "values" in images[(place + ahead) % images.length]!);
      if (distance >= 0) return (place + distance) % images.length;
      throw new DataSetError(this.#data.nameOf(indices[0]!), "no image of its batch can be decoded");
    });
  }

  #check(indices: readonly number[], images: readonly ReadyImage[]): void {
    const other = images.findIndex(({ values }) => values.length !== images[0]!.values.length);
    if (other < 0) return;
    const file = this.#data.nameOf(indices[other]!);
    throw new DataSetError(file, "images of a batch have one size: the recipe needs a crop for those of several sizes");
  }
}

function defaultWorkers(data: DataSet): number {
  return data.imageSize === undefined ? defaultThreads() : Math.min(THREADS_FROM_MEMORY, defaultThreads());
}
