/** Workers that run programs, first come first served. */
import { DeviceLostError } from "../../core/graph/backend.ts";
import type { Graph } from "../../core/graph/graph.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import { reviveError } from "../worker/errors.ts";
import { startWorker } from "../../core/io/worker_start.ts";
import type { Holdings, Reply, Request } from "./messages.ts";

/** A graph under the number that workers know it by. */
export interface PooledProgram {
  readonly id: number;
  readonly graph: Graph;
}

/** How to make workers. */
export interface PoolOptions {
  readonly workers: number;
  readonly module: WebAssembly.Module;
  /** The worker's script; another one in tests. */
  readonly script?: URL;
}

interface Job {
  readonly program: PooledProgram;
  readonly options: RunOptions;
  readonly resolve: (outputs: Float32Array[]) => void;
  readonly reject: (error: Error) => void;
}

/** One worker and what it is doing. */
interface Slot {
  readonly worker: Worker;
  /** What the next reply answers: a job, or the start. */
  job: Pick<Job, "resolve" | "reject"> | undefined;
  readonly known: Set<number>;
  /** As its latest reply says; undefined before it has started. */
  holdings: Holdings | undefined;
}

const defaultScript = new URL("./worker.ts", import.meta.url);

/** A fixed number of workers and a queue. A worker that crashes fails its run and is replaced. */
export class WorkerPool implements AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #slots: Slot[] = [];
  readonly #queue: Job[] = [];
  #closed = false;

  private constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Starts the workers and waits until each has its machine; throws DeviceLostError where one cannot start. */
  static async open(options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    const started = await Promise.allSettled(Array.from({ length: options.workers }, () => pool.#start()));
    const failed = started.find((result) => result.status === "rejected");
    if (!failed) return pool;
    await pool[Symbol.asyncDispose]();
    throw failed.reason;
  }

  /** What each worker held after its latest run. */
  get holdings(): readonly Holdings[] {
    return this.#slots.flatMap(({ holdings }) => holdings ?? []);
  }

  /** Queues a run. Rejects with the error that the run threw, or DeviceLostError where its worker or the pool ended. */
  run(program: PooledProgram, options: RunOptions): Promise<Float32Array[]> {
    if (this.#closed) return Promise.reject(new DeviceLostError("Cannot run a program as its backend is closed"));
    if (this.#slots.length === 0) {
      return Promise.reject(new DeviceLostError("Cannot run a program as no worker is left"));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ program, options, resolve, reject });
      this.#dispatch();
    });
  }

  /** Lets workers forget a program. */
  drop({ id }: PooledProgram): void {
    for (const slot of this.#slots) if (slot.known.delete(id)) this.#post(slot, { type: "drop", program: id });
  }

  /** Ends the workers; runs that have not finished reject. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const closed = new DeviceLostError("Cannot finish a run as its backend was closed");
    for (const { job } of this.#slots) job?.reject(closed);
    for (const job of this.#queue.splice(0)) job.reject(closed);
    for (const { worker } of this.#slots.splice(0)) worker.terminate();
    await Promise.resolve();
  }

  #start(): Promise<Float32Array[]> {
    return new Promise((resolve, reject) => {
      const worker = startWorker<Reply>(this.#options.script ?? defaultScript, {
        received: (reply) => this.#finish(slot, reply),
        crashed: (reason) => this.#replace(slot, reason),
      });
      const slot: Slot = { worker, job: { resolve, reject }, known: new Set(), holdings: undefined };
      this.#slots.push(slot);
      this.#post(slot, { type: "start", module: this.#options.module });
    });
  }

  #post({ worker }: Slot, request: Request): void {
    worker.postMessage(request);
  }

  #finish(slot: Slot, reply: Reply): void {
    const job = slot.job;
    slot.job = undefined;
    slot.holdings = reply.holdings;
    if (reply.type === "done") job?.resolve(reply.outputs);
    else job?.reject(reviveError(reply.error));
    this.#dispatch();
  }

  /** Fails the run of a worker that crashed and starts another, unless it never started. */
  #replace(slot: Slot, reason: string): void {
    const index = this.#slots.indexOf(slot);
    if (index < 0) return;
    this.#slots.splice(index, 1);
    slot.worker.terminate();
    slot.job?.reject(new DeviceLostError(`Cannot finish a run as its worker crashed: ${reason}`));
    if (!slot.holdings) return this.#failQueue(reason);
    // Where the replacement cannot start, the last one to go fails what waits.
    this.#start().catch(() => {});
  }

  /** Without a worker nothing that waits can run. */
  #failQueue(reason: string): void {
    if (this.#slots.length > 0) return;
    const lost = new DeviceLostError(`Cannot run a program as no worker could be started: ${reason}`);
    for (const job of this.#queue.splice(0)) job.reject(lost);
  }

  #dispatch(): void {
    for (const slot of this.#slots) {
      if (this.#queue.length === 0) return;
      if (!slot.job) this.#send(slot, this.#queue.shift()!);
    }
  }

  #send(slot: Slot, job: Job): void {
    const { program: { id, graph }, options } = job;
    const request: Request = slot.known.has(id)
      ? { type: "run", program: id, options }
      : { type: "run", program: id, graph, options };
    try {
      this.#post(slot, request);
    } catch (error) {
      return job.reject(error as Error);
    }
    slot.known.add(id);
    slot.job = job;
  }
}
