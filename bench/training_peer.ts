/** What is trained in a benchmark, and PyTorch, which trains the same: torch_training.py says what they say to it. */
import { PeerProcess } from "./peer_process.ts";
import type { Layout } from "./torch_process.ts";

/** A training to begin: a network, its weights, and batches that steps take in turn. */
export interface TrainingSubject {
  readonly network: string;
  /** What it is built from where it is no model that the program knows. */
  readonly structure: string;
  readonly classes: number;
  readonly batch: number;
  readonly resolution: number;
  /** Shapes of the parameters, in order. */
  readonly shapes: readonly (readonly number[])[];
  /** The class of each image. */
  readonly labels: readonly number[];
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weight_decay: number;
  readonly norm_momentum: number;
  readonly smoothing: number;
  /** The parameters' values, then the images of all batches. */
  readonly tensors: readonly Float32Array[];
}

/** How PyTorch computes it. */
export interface PeerForm {
  readonly layout: Layout;
  readonly dtype: "float32" | "float64";
  readonly threads: number;
}

/** What PyTorch says of itself. */
export interface TrainingPeerAbout {
  readonly torch: string;
  readonly threads: number;
  /** The instructions that it uses. */
  readonly capability: string;
}

/** What steps gave. */
export interface TakenSteps {
  readonly seconds: number;
  /** Of each step, before the weights change. */
  readonly losses: readonly number[];
  /** The process's largest resident memory so far. */
  readonly peak_bytes: number;
}

/** Another program that trains. */
export interface TrainingPeer {
  /** Begins a training anew. */
  begin(subject: TrainingSubject, form: PeerForm): Promise<TrainingPeerAbout>;
  /** Takes a step at each of these learning rates. */
  take(rates: readonly number[]): Promise<TakenSteps>;
}

/** PyTorch. */
export class TorchTrainingProcess implements TrainingPeer, Disposable {
  readonly #peer: PeerProcess;

  /** Starts a Python that has torch. */
  constructor(python: string, { threads }: { readonly threads: number }) {
    this.#peer = new PeerProcess(python, { script: "torch_training.py", threads });
  }

  /** Begins a training anew. */
  async begin({ tensors, ...subject }: TrainingSubject, form: PeerForm): Promise<TrainingPeerAbout> {
    return await this.#peer.ask({ ...subject, ...form }, tensors) as TrainingPeerAbout;
  }

  /** Takes a step at each of these learning rates. */
  async take(rates: readonly number[]): Promise<TakenSteps> {
    return await this.#peer.ask({ rates }) as TakenSteps;
  }

  /** Ends the process. */
  [Symbol.dispose](): void {
    this.#peer[Symbol.dispose]();
  }
}
