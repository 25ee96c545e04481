/** Ctrl-C as an AbortSignal. */
import { note } from "./terminal.ts";

/** What an interrupt does first. */
export interface InterruptOptions {
  /** What is still to be done, for a person who waits. */
  readonly finishing: string;
  /** What the signal aborts with; a DOMException unless told. */
  readonly reason?: Error;
}

/** Aborts on the first Ctrl-C or termination; the second one ends the process at once. */
export class InterruptSignal implements Disposable {
  readonly #controller = new AbortController();
  readonly #signals = ["SIGINT", "SIGTERM"] as const;
  readonly #abort: () => void;

  constructor({ finishing, reason }: InterruptOptions) {
    this.#abort = () => {
      note(`${finishing}; once more ends at once`);
      this[Symbol.dispose]();
      this.#controller.abort(reason);
    };
    for (const signal of this.#signals) Deno.addSignalListener(signal, this.#abort);
  }

  /** Aborted by the first one. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Lets Ctrl-C end the process again. */
  [Symbol.dispose](): void {
    for (const signal of this.#signals) Deno.removeSignalListener(signal, this.#abort);
  }
}
