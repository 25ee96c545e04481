/** What can go wrong on a GPU alone. */
import type { AdapterChoice } from "./adapters.ts";

/** A kernel that does not compile or cannot be dispatched. */
export class KernelError extends Error {
  static {
    this.prototype.name = "KernelError";
  }

  /** The operation that needed it. */
  readonly op: string;
  /** The kernel's name. */
  readonly pipeline: string;
  /** The line of its WGSL, where the driver says which; 1 is the first. */
  readonly line: number | undefined;

  /** `reason` is what the driver says. */
  constructor(reason: string, { op, pipeline, line }: {
    readonly op: string;
    readonly pipeline: string;
    readonly line?: number | undefined;
  }) {
    super(`Cannot run ${op} as its kernel ${pipeline} fails${line ? ` at WGSL line ${line}` : ""}: ${reason}`);
    this.op = op;
    this.pipeline = pipeline;
    this.line = line;
  }
}

/** No adapter is what was asked for. */
export class NoAdapterError extends Error {
  static {
    this.prototype.name = "NoAdapterError";
  }

  /** Names of the adapters that there are. */
  readonly known: readonly string[];

  /** `choice` is none of the `known` ones. */
  constructor(choice: AdapterChoice, known: readonly string[]) {
    const found = known.length === 0 ? "there is none" : `there are ${known.join(", ")}`;
    super(`Cannot compute on a WebGPU adapter as ${found}: asked for ${choice}`);
    this.known = known;
  }
}
