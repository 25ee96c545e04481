/** Threads that decode, resize and augment images. */
import { startWorker } from "../worker_start.ts";
import type { ImageReply, ImageResult, ImageWork } from "./messages.ts";
import { prepareImage } from "./prepare.ts";

/** Requests that a thread has at once: while an image is resized by it, the next is decoded by libvips. */
const AT_ONCE = 2;

/** Threads unless told otherwise: one a core, up to as many as any device needs. */
export function defaultThreads(): number {
  return Math.min(16, navigator.hardwareConcurrency);
}

/** The threads have ended, or one of them has crashed. */
export class ImageWorkerError extends Error {
  /** The error's class. */
  override readonly name = "ImageWorkerError";
}

interface Job {
  readonly works: readonly ImageWork[];
  readonly resolve: (images: ImageResult[]) => void;
  readonly reject: (error: Error) => void;
}

interface Slot {
  readonly worker: Worker;
  readonly jobs: Map<number, Job>;
}

/** A number of threads and a queue; images are begun first come first served. */
export class ImageWorkers implements Disposable {
  readonly #slots: Slot[];
  readonly #queue: Job[] = [];
  #next = 0;
  #ended: Error | undefined;

  /** Starts threads; with none, images are made ready in this one. `script` is another one in tests. */
  constructor(count: number, script: URL = new URL("./worker.ts", import.meta.url)) {
    this.#slots = Array.from({ length: count }, () => {
      const slot: Slot = {
        worker: startWorker<ImageReply>(script, {
          received: (reply) => this.#finish(slot, reply),
          crashed: (reason) => this.#end(new ImageWorkerError(`Cannot decode images as a thread crashed: ${reason}`)),
        }),
        jobs: new Map(),
      };
      return slot;
    });
  }

  /** Makes an image ready. Throws ImageWorkerError. */
  async prepare(work: ImageWork): Promise<ImageResult> {
    const [image] = await this.prepareAll([work]);
    return image!;
  }

  /** Makes images ready in one thread, in their order. Throws ImageWorkerError. */
  prepareAll(works: readonly ImageWork[]): Promise<ImageResult[]> {
    if (this.#ended) return Promise.reject(this.#ended);
    if (this.#slots.length === 0) return Promise.all(works.map(prepareImage));
    return new Promise((resolve, reject) => {
      this.#queue.push({ works, resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends the threads; what is not ready rejects. */
  [Symbol.dispose](): void {
    this.#end(new ImageWorkerError("Cannot decode images as the threads have ended"));
  }

  #finish(slot: Slot, { id, ...reply }: ImageReply): void {
    const job = slot.jobs.get(id)!;
    slot.jobs.delete(id);
    if ("failed" in reply) {
      job.reject(new ImageWorkerError(`Cannot decode an image as its thread failed: ${reply.failed}`));
    } else job.resolve(reply.images);
    this.#dispatch();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    const slots = this.#slots.splice(0);
    for (const { worker } of slots) worker.terminate();
    for (const job of [...slots.flatMap(({ jobs }) => [...jobs.values()]), ...this.#queue.splice(0)]) {
      job.reject(this.#ended);
    }
  }

  #dispatch(): void {
    for (let load = 0; load < AT_ONCE; load++) {
      for (const slot of this.#slots) {
        if (this.#queue.length === 0) return;
        if (slot.jobs.size <= load) this.#send(slot, this.#queue.shift()!);
      }
    }
  }

  #send({ worker, jobs }: Slot, job: Job): void {
    const id = this.#next++;
    jobs.set(id, job);
    worker.postMessage({ id, works: job.works });
  }
}
