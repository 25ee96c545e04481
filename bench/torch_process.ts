/** A process of PyTorch that computes networks in inference mode: torch_evaluation.py says what they say to it. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import process from "node:process";
import type { Readable, Writable } from "node:stream";

/** How tensors of four axes lie in PyTorch's memory. */
export type Layout = "contiguous" | "channels_last";

/** A network to build, and what it is given. */
export interface PeerSubject {
  readonly network: string;
  /** What it is built from where it is no model that the program knows. */
  readonly structure: string;
  readonly classes: number;
  readonly batch: number;
  readonly resolution: number;
  readonly layout: Layout;
  /** Shapes of the parameters, in order. */
  readonly shapes: readonly (readonly number[])[];
  /** The parameters' values, then the images. */
  readonly tensors: readonly Float32Array[];
}

/** The answer to a network. */
export interface BuiltPeer {
  readonly torch: string;
  readonly threads: number;
  /** The instructions that it uses. */
  readonly capability: string;
  readonly logits: readonly number[];
}

/** The process. */
export class TorchProcess implements Disposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  /** Starts a Python that has torch. */
  constructor(python: string, { threads }: { readonly threads: number }) {
    const script = new URL("torch_evaluation.py", import.meta.url).pathname;
    this.#child = spawn(python, [script, "--threads", `${threads}`], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.on("error", ({ message }) => {
      process.stderr.write(`Cannot run ${python}: ${message}\n`);
      process.exit(1);
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Builds a network and computes its images once. */
  async build({ tensors, ...subject }: PeerSubject): Promise<BuiltPeer> {
    this.#write(`${JSON.stringify(subject)}\n`);
    for (const { buffer, byteOffset, byteLength } of tensors) {
      this.#write(new Uint8Array(buffer, byteOffset, byteLength));
    }
    return await this.#answer() as BuiltPeer;
  }

  /** Seconds that computing the images so many times takes. */
  async seconds(batches: number): Promise<number> {
    this.#write(`${JSON.stringify({ batches })}\n`);
    return (await this.#answer() as { readonly seconds: number }).seconds;
  }

  #write(bytes: string | Uint8Array): void {
    this.#child.stdin.write(bytes);
  }

  /** The next line. Throws Error where the process ended instead. */
  async #answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("Cannot measure the peer: its process ended (its last words are above)");
    return JSON.parse(value);
  }

  /** Ends the process. */
  [Symbol.dispose](): void {
    this.#child.kill();
  }
}
