/** A process of PyTorch that computes networks in inference mode: torch_evaluation.py says what they say to it. */
import { PeerProcess } from "./peer_process.ts";

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
  readonly #peer: PeerProcess;

  /** Starts a Python that has torch. */
  constructor(python: string, { threads }: { readonly threads: number }) {
    this.#peer = new PeerProcess(python, { script: "torch_evaluation.py", threads });
  }

  /** Builds a network and computes its images once. */
  async build({ tensors, ...subject }: PeerSubject): Promise<BuiltPeer> {
    return await this.#peer.ask(subject, tensors) as BuiltPeer;
  }

  /** Seconds that computing the images so many times takes. */
  async seconds(batches: number): Promise<number> {
    return (await this.#peer.ask({ batches }) as { readonly seconds: number }).seconds;
  }

  /** Ends the process. */
  [Symbol.dispose](): void {
    this.#peer[Symbol.dispose]();
  }
}
