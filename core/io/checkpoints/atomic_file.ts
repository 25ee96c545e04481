/** A file that appears under its name only when it is whole. */
import { dirname, join } from "node:path";
import { CheckpointError } from "./error.ts";

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

  /** Makes the file beside `path`. Throws CheckpointError `write`. */
  constructor(path: string, { signal, onWrite }: AtomicFileOptions = {}) {
    this.#path = path;
    this.#partial = join(dirname(path), `.${crypto.randomUUID()}.partial`);
    this.#file = this.#onSystem(() => {
      if (isDirectory(path)) throw new Error("it is a directory");
      return Deno.openSync(this.#partial, { write: true, createNew: true });
    });
    this.#signal = signal;
    this.#onWrite = onWrite;
  }

  /** How many bytes have been written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends bytes. Throws what the signal aborts with. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#writeAll(bytes);
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
    this.#writeAll(bytes);
    this.#file.seekSync(this.#bytes, Deno.SeekMode.Start);
  }

  /** Gives the file its name, in place of any that had it. */
  commit(): void {
    this.#onSystem(() => {
      this.#file.syncSync();
      Deno.renameSync(this.#partial, this.#path);
    });
    this.#done = true;
  }

  #writeAll(bytes: Uint8Array): void {
    this.#onSystem(() => {
      for (let done = 0; done < bytes.length;) done += this.#file.writeSync(bytes.subarray(done));
    });
  }

  /** Runs an action whose errors are the system's, such as a full disk: they name the file that is meant. */
  #onSystem<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      const reason = String((cause as Error).message).replace(/ \(os error.*/, "").toLowerCase();
      const message = `Cannot write ${this.#path} as the system says: ${reason}`;
      throw new CheckpointError("write", message, { path: this.#path, cause });
    }
  }

  /** Closes the file, and removes it unless it got its name. */
  [Symbol.dispose](): void {
    this.#file.close();
    if (!this.#done) Deno.removeSync(this.#partial);
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // it is not there yet, or opening it will tell what is wrong
  }
}
