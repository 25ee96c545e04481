/** A file that appears under its name only when it is whole. */
import { dirname, join } from "node:path";

/** Other work gets its turn after so many bytes, so that a signal can stop a long write. */
const TURN_BYTES = 16 * 2 ** 20;

/** How a file is written. */
export interface AtomicFileOptions {
  /** Stops the writing. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that have been written so far. */
  readonly onWrite?: ((bytes: number) => void) | undefined;
}

/** Writes to a file beside the one that is meant, and renames it in the end. */
export class AtomicFile implements Disposable {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: Deno.FsFile;
  readonly #signal: AbortSignal | undefined;
  readonly #onWrite: AtomicFileOptions["onWrite"];
  #bytes = 0;
  #turn = 0;
  #done = false;

  /** Makes the file beside `path`. Throws Deno's errors. */
  constructor(path: string, { signal, onWrite }: AtomicFileOptions = {}) {
    this.#path = path;
    this.#partial = join(dirname(path), `.${crypto.randomUUID()}.partial`);
    this.#file = Deno.openSync(this.#partial, { write: true, createNew: true });
    this.#signal = signal;
    this.#onWrite = onWrite;
  }

  /** How many bytes have been written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends bytes. Throws what the signal aborts with. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) done += this.#file.writeSync(bytes.subarray(done));
    this.#bytes += bytes.length;
    this.#onWrite?.(this.#bytes);
    if (this.#bytes - this.#turn < TURN_BYTES) return;
    this.#turn = this.#bytes;
    await new Promise((resolve) => setTimeout(resolve));
    this.#signal?.throwIfAborted();
  }

  /** Overwrites bytes that have been written. */
  patch(position: number, bytes: Uint8Array): void {
    this.#file.seekSync(position, Deno.SeekMode.Start);
    for (let done = 0; done < bytes.length;) done += this.#file.writeSync(bytes.subarray(done));
    this.#file.seekSync(this.#bytes, Deno.SeekMode.Start);
  }

  /** Gives the file its name, in place of any that had it. */
  commit(): void {
    this.#file.syncSync();
    Deno.renameSync(this.#partial, this.#path);
    this.#done = true;
  }

  /** Closes the file, and removes it unless it got its name. */
  [Symbol.dispose](): void {
    this.#file.close();
    if (!this.#done) Deno.removeSync(this.#partial);
  }
}
