/** The interface between graphs and devices, and the only one: a backend compiles graphs to programs and runs them. */
import type { Graph } from "./graph.ts";
import type { RunOptions } from "./op.ts";
import type { OpName } from "./ops.ts";

/** Describes what a backend computes on, for people and for a run's record. */
export interface DeviceDescription {
  /** The kind of backend. */
  readonly backend: "cpu" | "webgpu";
  /** The processor or adapter. */
  readonly name: string;
  /** What else may change the last bits of a result: instruction set, driver, precision. */
  readonly details: string;
}

/** A device that runs graphs. Dispose of it to release its memory and threads. */
export interface Backend extends AsyncDisposable {
  /** What it computes on. */
  readonly device: DeviceDescription;
  /** How many programs can usefully run at once. */
  readonly concurrency: number;
  /** Prepares a graph. A graph that this device cannot run causes an error here or in the first run. */
  compile(graph: Graph): Program;
}

/** A graph prepared for a device. Dispose of it after its last run. */
export interface Program extends Disposable {
  /** Evaluates the graph. Returns its outputs, in the graph's order, as row-major float32. Runs may overlap. */
  run(options?: RunOptions): Promise<Float32Array[]>;
}

/** Thrown where a backend or exporter does not support an operation. */
export class UnsupportedOpError extends Error {
  static {
    this.prototype.name = "UnsupportedOpError";
  }

  /** The operation that is not supported. */
  readonly op: OpName;
  /** The backend or exporter that does not support it. */
  readonly target: string;

  /** Creates an error: `target` does not support `op` for this reason. */
  constructor(op: OpName, target: string, reason: string) {
    super(`Cannot run ${op} on ${target} as ${reason}`);
    this.op = op;
    this.target = target;
  }
}

/** Thrown where a device has too little memory for what it was asked to compute. */
export class DeviceMemoryError extends RangeError {
  static {
    this.prototype.name = "DeviceMemoryError";
  }

  /** Bytes that were asked for. */
  readonly neededBytes: number;
  /** The most bytes that the device allows. */
  readonly limitBytes: number;

  /** Creates an error: the device's memory is too small for `what`. */
  constructor(what: string, bytes: { readonly needed: number; readonly limit: number }) {
    super(`Cannot hold ${what} as it needs ${bytes.needed} bytes of at most ${bytes.limit}`);
    this.neededBytes = bytes.needed;
    this.limitBytes = bytes.limit;
  }
}

/** Thrown where a device stopped working while programs were running. */
export class DeviceLostError extends Error {
  static {
    this.prototype.name = "DeviceLostError";
  }
}
