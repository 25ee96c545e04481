/** A Python process beside a benchmark, which answers each request by one line of JSON. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import process from "node:process";
import type { Readable, Writable } from "node:stream";

/** What a process is started with. */
export interface PeerProcessOptions {
  /** The script's name in this folder. */
  readonly script: string;
  /** Threads that PyTorch computes on. */
  readonly threads: number;
}

/** The process. */
export class PeerProcess implements Disposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  /** Starts a Python that has torch. */
  constructor(python: string, { script, threads }: PeerProcessOptions) {
    const path = new URL(script, import.meta.url).pathname;
    this.#child = spawn(python, [path, "--threads", `${threads}`], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.on("error", ({ message }) => {
      process.stderr.write(`Cannot run ${python}: ${message}\n`);
      process.exit(1);
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Sends a request, and values behind it; gives the answer. Throws Error where the process ended instead. */
  async ask(request: object, tensors: readonly Float32Array[] = []): Promise<unknown> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    for (const { buffer, byteOffset, byteLength } of tensors) {
      this.#child.stdin.write(new Uint8Array(buffer, byteOffset, byteLength));
    }
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("Cannot measure the peer: its process ended (its last words are above)");
    return JSON.parse(value);
  }

  /** Ends the process. */
  [Symbol.dispose](): void {
    this.#child.kill();
  }
}
