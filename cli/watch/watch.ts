/** A second thread that watches the main one, which foreign code may block: neither timers nor signals reach it then. */
import { startWorker } from "../../core/io/worker_start.ts";
import type { Report, Sign, WatchedWork } from "./messages.ts";

/** How often the main thread gives a sign of life, milliseconds. */
const BEAT_MS = 250;
/** How long candidates in flight may take after Ctrl-C, milliseconds; the watching thread ends the process soon after. */
const FINISHING_MS = 1000;

/** What a watch does. */
export interface WatchOptions {
  /** After so many seconds without a sign of life the process is ended. */
  readonly timeout: number;
  /** What the first Ctrl-C says that is still to be done. Default: Ctrl-C ends the process, as it does without a watch. */
  readonly finishing?: string;
}

/**
 * Watches the main thread while it works on candidates. The first Ctrl-C aborts `signal`, and `abandon` a second later; the
 * process ends within two seconds whatever the main thread does, and at once with the second Ctrl-C. Where the main thread
 * is blocked for longer than the timeout, the process ends with a message that names structure and proxy, and the candidate
 * is recorded in the run, so that it fails when the run is continued.
 */
export class Watch implements Disposable {
  readonly #stop = new AbortController();
  readonly #abandon = new AbortController();
  readonly #worker: Worker;
  readonly #beat: ReturnType<typeof setInterval>;
  readonly #ready = Promise.withResolvers<void>();
  #next = 0;

  private constructor({ timeout, finishing }: WatchOptions) {
    this.#worker = startWorker<Report>(new URL("./watcher.ts", import.meta.url), {
      received: ({ type }) => type === "ready" ? this.#ready.resolve() : this.#interrupt(),
      crashed: (reason) => this.#ready.reject(new Error(`Cannot watch as the watching thread crashed: ${reason}`)),
    });
    this.#post({ type: "start", timeout, finishing });
    this.#beat = setInterval(() => this.#post({ type: "alive" }), BEAT_MS);
  }

  /** Starts to watch. A thread begins with the help of the main one, so this waits until it has begun. */
  static async start(options: WatchOptions): Promise<Watch> {
    const watch = new Watch(options);
    await watch.#ready.promise;
    return watch;
  }

  /** Aborted by the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Aborted a second later. */
  get abandon(): AbortSignal {
    return this.#abandon.signal;
  }

  /** Names the run that candidates which block the thread are recorded in. */
  keepIn(directory: string): void {
    this.#post({ type: "run", directory });
  }

  /** Runs work that may block the thread, now or later. */
  during<T>(work: () => Promise<T>, what: WatchedWork): Promise<T> {
    const id = this.#begin(what);
    try {
      return work().finally(() => this.#post({ type: "end", id }));
    } finally {
      this.#post({ type: "left" });
    }
  }

  /** Calls a function that may block the thread. */
  call<T>(work: () => T, what: WatchedWork): T {
    const id = this.#begin(what);
    try {
      return work();
    } finally {
      this.#post({ type: "left" });
      this.#post({ type: "end", id });
    }
  }

  #begin(work: WatchedWork): number {
    const id = this.#next++;
    this.#post({ type: "begin", id, work });
    return id;
  }

  #interrupt(): void {
    this.#stop.abort();
    setTimeout(() => this.#abandon.abort(), FINISHING_MS);
  }

  #post(sign: Sign): void {
    this.#worker.postMessage(sign);
  }

  /** Ends the thread; Ctrl-C ends the process again. */
  [Symbol.dispose](): void {
    clearInterval(this.#beat);
    this.#post({ type: "stop" });
  }
}
