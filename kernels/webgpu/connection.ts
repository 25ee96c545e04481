/** The main thread's side of a WebGPU worker: sends requests, and settles a promise when its reply arrives. */
import { DeviceLostError } from "../../core/graph/backend.ts";
import { type ErrorRecord, reviveError } from "../worker/errors.ts";
import { startWorker } from "../../core/io/worker_start.ts";
import type { PlanRun } from "./group.ts";
import type { HeldAccess, StateId } from "./held_buffers.ts";
import type { Reply, Request, WorkerUsage } from "./messages.ts";

type Started = Extract<Reply, { readonly type: "started" }>;
type Outputs = Float32Array<ArrayBuffer>[];

/** The promise of a reply. */
interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** What a device is opened with. */
export type StartRequest = Extract<Request, { readonly type: "start" }>;

/** How long a driver takes to be unloaded, at most, also where other programs keep the processor busy. */
const UNLOADING_MS = 100;

/** A worker, and the promises of replies that have not arrived. */
export class Connection implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #runs = new Map<number, Waiter<Outputs>>();
  readonly #measures = new Map<number, Waiter<WorkerUsage>>();
  readonly #ended = Promise.withResolvers<void>();
  #start: Waiter<Started> | undefined;
  #next = 0;
  #closed: DeviceLostError | undefined;

  private constructor() {
    this.#worker = startWorker<Reply>(new URL("./worker.ts", import.meta.url), {
      received: (reply) => this.#receive(reply),
      crashed: (reason) => this.#end(reason),
    });
  }

  /** Starts a worker and its device. Rejects with what opening the device threw. */
  static async open(request: StartRequest): Promise<{ readonly connection: Connection; readonly started: Started }> {
    const connection = new Connection();
    try {
      const started = await new Promise<Started>((resolve, reject) => {
        connection.#start = { resolve, reject };
        connection.#worker.postMessage(request);
      });
      return { connection, started };
    } catch (error) {
      await connection.#endWorker();
      throw error;
    }
  }

  /** Runs a plan; its uploads are handed over. Rejects with the error that the run failed with. */
  run(run: PlanRun): Promise<Outputs> {
    return this.#ask(this.#runs, (id) => this.#worker.postMessage({ type: "run", id, run }, [run.uploads.buffer]));
  }

  /** Makes a state, and returns its number. */
  hold(pageBytes: readonly number[]): StateId {
    if (this.#closed) throw this.#closed;
    const state = this.#next++;
    this.#worker.postMessage({ type: "hold", state, pageBytes });
    return state;
  }

  /** Frees a state. */
  drop(state: StateId): void {
    if (!this.#closed) this.#worker.postMessage({ type: "drop", state });
  }

  /** Reads held tensors; where there are values, which are handed over, replaces the tensors by them and returns none. */
  access(access: HeldAccess, values?: Float32Array<ArrayBuffer>): Promise<Outputs> {
    const job = values ? { access, values } : { access };
    return this.#ask(
      this.#runs,
      (id) => this.#worker.postMessage({ type: "access", id, ...job }, values ? [values.buffer] : []),
    );
  }

  /** What the worker holds. */
  measure(): Promise<WorkerUsage> {
    return this.#ask(this.#measures, (id) => this.#worker.postMessage({ type: "measure", id }));
  }

  /** Ends the worker's device, which it opens again. */
  lose(): void {
    this.#worker.postMessage({ type: "lose" });
  }

  #ask<T>(waiters: Map<number, Waiter<T>>, post: (id: number) => void): Promise<T> {
    if (this.#closed) return Promise.reject(this.#closed);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      waiters.set(id, { resolve, reject });
      post(id);
    });
  }

  #receive(reply: Reply): void {
    switch (reply.type) {
      case "started":
        return this.#start!.resolve(reply);
      case "done":
        return reply.results.forEach(({ id, outputs }) => take(this.#runs, id)?.resolve([...outputs]));
      case "measured":
        return take(this.#measures, reply.id)?.resolve(reply.usage);
      case "failed":
        return this.#fail(reply.ids, reply.error);
      case "closed":
        return this.#ended.resolve();
    }
  }

  #fail(ids: readonly number[], record: ErrorRecord): void {
    if (ids.length === 0) this.#start!.reject(reviveError(record));
    for (const id of ids) take(this.#runs, id)?.reject(reviveError(record));
  }

  /** The worker crashed: rejects every promise. */
  #end(reason: string): void {
    this.#worker.terminate();
    this.#close(new DeviceLostError(`Cannot finish a run as its worker crashed: ${reason}`));
    this.#ended.resolve();
  }

  #close(error: DeviceLostError): void {
    this.#closed ??= error;
    this.#start?.reject(error);
    for (const waiter of [...this.#runs.values(), ...this.#measures.values()]) waiter.reject(error);
    this.#runs.clear();
    this.#measures.clear();
  }

  /**
   * Ends the worker's thread, which unloads the driver. Drivers crash where the process exits meanwhile, and nothing tells
   * when a thread has ended, so this waits long enough.
   */
  async #endWorker(): Promise<void> {
    this.#worker.terminate();
    await new Promise((resolve) => setTimeout(resolve, UNLOADING_MS));
  }

  /** Ends the device and then its worker; what has not finished rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.#close(new DeviceLostError("Cannot finish a run as its backend was closed"));
      this.#worker.postMessage({ type: "close" });
    }
    await this.#ended.promise;
    await this.#endWorker();
  }
}

function take<T>(waiters: Map<number, Waiter<T>>, id: number): Waiter<T> | undefined {
  const waiter = waiters.get(id);
  waiters.delete(id);
  return waiter;
}
