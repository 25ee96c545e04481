/** The only seam to devices: a backend compiles graphs to programs and runs them. */
import type { Graph } from "./graph.ts";
import type { RunOptions } from "./op.ts";
import type { OpName } from "./ops.ts";

/** What a backend computes on, for people and for a run's record. */
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
  /** Readies a graph; what cannot work on this device throws here or from the first run. */
  compile(graph: Graph): Program;
}

/** A graph made ready for a device. Dispose of it when its last run is done. */
export interface Program extends Disposable {
  /** Evaluates the graph: its outputs in its order, row-major float32. Runs may overlap. */
  run(options?: RunOptions): Promise<Float32Array[]>;
}

/** A row of a device's table that has no kernel, and why. */
export interface Unsupported {
  /** Why there is no kernel. */
  readonly unsupported: string;
}

/** A device's table: a row for every operation. */
export type OpTable<Row> = { readonly [K in OpName]: Row | Unsupported };

/** An operation that a backend or exporter has no form of. */
export class UnsupportedOpError extends Error {
  static {
    this.prototype.name = "UnsupportedOpError";
  }

  /** The operation that has no form. */
  readonly op: OpName;
  /** The backend or exporter that lacks it. */
  readonly target: string;

  /** The target lacks the operation for this reason. */
  constructor(op: OpName, target: string, reason: string) {
    super(`Cannot run ${op} on ${target} as ${reason}`);
    this.op = op;
    this.target = target;
  }
}

/** A device that cannot hold what it was asked to compute. */
export class DeviceMemoryError extends RangeError {
  static {
    this.prototype.name = "DeviceMemoryError";
  }

  /** What was asked for. */
  readonly neededBytes: number;
  /** The most that the device has. */
  readonly limitBytes: number;

  /** The device is too small for `what`. */
  constructor(what: string, bytes: { readonly needed: number; readonly limit: number }) {
    super(`Cannot hold ${what} as it needs ${bytes.needed} bytes of at most ${bytes.limit}`);
    this.neededBytes = bytes.needed;
    this.limitBytes = bytes.limit;
  }
}

/** A device that stopped working with programs in flight. */
export class DeviceLostError extends Error {
  static {
    this.prototype.name = "DeviceLostError";
  }
}
