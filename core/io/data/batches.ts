/** Batches of images that are ready before a device asks for them. */
import type { ImageBatch, ImagePipeline } from "../../images/mod.ts";
import type { DataSet } from "./data_set.ts";
import { joined, orAborted } from "./collect.ts";
import type { BrokenImage, ReadyImage } from "./messages.ts";
import { defaultThreads, ImageWorkers } from "./workers.ts";

/** An image that was left out. */
export interface BrokenFile extends BrokenImage {
  /** Its number in the data set. */
  readonly index: number;
  /** What a person finds it by. */
  readonly file: string;
}

/** How to make batches. */
export interface BatchOptions {
  /** What is done to each image. */
  readonly pipeline: ImagePipeline;
  /** Images of a batch. */
  readonly batch: number;
  /** The first so many images of the data set; default: all. */
  readonly limit?: number | undefined;
  /** Threads; default: one a core, at most 16, and none where images need neither decoding nor bicubic resizing. */
  readonly workers?: number | undefined;
  /** Images that are begun before those before them are taken; default: a batch, and enough for all threads. */
  readonly ahead?: number | undefined;
  /** Ends the reading: the batch that is waited for rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Where the time went. A device that had to wait for images shows in `waitedMs − firstMs`. */
export interface BatchTimes {
  /** Batches that were asked for and given. */
  readonly batches: number;
  /** How long their reader waited for them, ms; it includes the first, which nothing could make ready before. */
  readonly waitedMs: number;
  /** Of that, for the first batch. */
  readonly firstMs: number;
  /** Reading and decoding, ms of all threads, with what else they did meanwhile. */
  readonly decodeMs: number;
  /** Resizing and normalising, ms of all threads. */
  readonly transformMs: number;
}

function defaultWorkers(data: DataSet, { pixels }: ImagePipeline): number {
  return data.imageSize !== undefined && pixels.length === 0 ? 0 : defaultThreads();
}

/**
 * The batches of a data set, made ready by threads: while one is used, the next waits, and the images of one more are on
 * their way. The same images in the same order and the same
 * batches, however many threads there are. Broken images are left out and named; the batches behind them move up.
 */
export class ImageBatches implements AsyncIterable<ImageBatch>, Disposable {
  /** Images that were left out so far. */
  readonly broken: BrokenFile[] = [];
  readonly #data: DataSet;
  readonly #options: BatchOptions;
  readonly #workers: ImageWorkers;
  readonly #count: number;
  /** Images that may be on their way. */
  readonly #most: number;
  readonly #begun: Promise<ReadyImage | BrokenImage>[] = [];
  #times = { batches: 0, waitedMs: 0, firstMs: 0, decodeMs: 0, transformMs: 0 };
  #beginning = 0;
  #taking = 0;

  /** Starts the threads; nothing is decoded before the first batch is asked for. */
  constructor(data: DataSet, options: BatchOptions) {
    this.#data = data;
    this.#options = options;
    this.#count = Math.min(data.count, options.limit ?? data.count);
    const { batch, workers = defaultWorkers(data, options.pipeline), ahead = Math.max(batch, 4 * workers) } = options;
    this.#most = ahead;
    this.#workers = new ImageWorkers(workers);
  }

  /** Where the time went so far. */
  get times(): BatchTimes {
    return this.#times;
  }

  /** Ends the threads. */
  [Symbol.dispose](): void {
    this.#workers[Symbol.dispose]();
  }

  /** All batches once. Throws the reason of the signal, and ImageWorkerError. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ImageBatch> {
    for (let next = this.#ahead();;) {
      const asked = performance.now(),
        batch = await orAborted(next, this.#options.signal),
        waited = performance.now() - asked;
      if (!batch) return;
      this.#account(waited);
      next = this.#ahead();
      yield batch;
    }
  }

  #account(waitedMs: number): void {
    if (this.#times.batches === 0) this.#times.firstMs = waitedMs;
    this.#times.batches++;
    this.#times.waitedMs += waitedMs;
  }

  /** Begins images until as many are on their way as may be. */
  #begin(): void {
    const { pipeline } = this.#options;
    while (this.#beginning < this.#count && this.#begun.length < this.#most) {
      const image = this.#workers.prepare({ source: this.#data.source(this.#beginning++), treatment: pipeline });
      image.catch(() => {}); // whoever takes it gets the error
      this.#begun.push(image);
    }
  }

  /** The next image that is not broken, and its number. */
  async #take(): Promise<{ index: number; image: ReadyImage } | undefined> {
    for (;;) {
      this.#begin();
      const begun = this.#begun.shift();
      if (!begun) return undefined;
      const image = await begun, index = this.#taking++;
      if (!("broken" in image)) return { index, image };
      this.broken.push({ index, file: this.#data.nameOf(index), broken: image.broken });
    }
  }

  #ahead(): Promise<ImageBatch | undefined> {
    const next = this.#assemble();
    next.catch(() => {}); // whoever asks for it gets the error
    return next;
  }

  async #assemble(): Promise<ImageBatch | undefined> {
    const values: Float32Array[] = [], indices: number[] = [];
    while (indices.length < this.#options.batch) {
      const taken = await this.#take();
      if (!taken) break;
      values.push(taken.image.values);
      indices.push(taken.index);
      this.#times.decodeMs += taken.image.decodeMs;
      this.#times.transformMs += taken.image.transformMs;
    }
    if (indices.length === 0) return undefined;
    return { images: joined(values), indices, labels: indices.map((index) => this.#data.label(index)) };
  }
}
