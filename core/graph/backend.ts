/** The interface between graphs and devices, and the only one: a backend compiles graphs to programs and runs them. */
import type { Graph } from "./graph.ts";
import type { RunOptions } from "./op.ts";
import type { OpName } from "./ops.ts";
import { sameShape, type Shape, ShapeError } from "./shape.ts";

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
  compile(graph: Graph, options?: CompileOptions): Program;
  /** Makes room on the device for tensors that outlive runs, all zeros at first. */
  hold(shapes: HeldShapes): State;
}

/** The names and shapes of held tensors. */
export type HeldShapes = Readonly<Record<string, Shape>>;

/** What a program is bound to. */
export interface CompileOptions {
  /**
   * The tensors that `input` nodes of their names read in place of feeds, and that the graph's updates replace. It
   * belongs to the same backend.
   */
  readonly state?: State;
  /**
   * Whether a run may use all cores of the processor, where programs usually take one each. Best for one network at a
   * time. Results may differ in their last bits from those of one core, but not by how many cores there are. A program
   * with a state always may; other devices than the CPU pay no heed.
   */
  readonly allCores?: boolean;
}

/**
 * Named tensors that live on a device between runs, in float32 whatever the precision of the device's other tensors.
 * Several programs share one state: parameters, what an optimiser keeps of them, running statistics. Runs, reads and
 * writes take effect one after the other, in the order in which they were asked for; within a run, every node reads the
 * values from before it. All updates of a run take effect, or none where it fails. Dispose of it after its last program.
 */
export interface State extends Disposable {
  /** The tensors that are held. */
  readonly shapes: HeldShapes;
  /** The values of these tensors, row-major; of all unless told. Throws RangeError for a name that is not held. */
  read(names?: readonly string[]): Promise<Record<string, Float32Array<ArrayBuffer>>>;
  /** Replaces values, all or none. Throws RangeError for a name that is not held, ShapeError for a wrong length. */
  write(values: Readonly<Record<string, Float32Array>>): Promise<void>;
}

/**
 * Checks that a graph and a state fit together: `input` nodes of held names have their shapes, and so have updates.
 * Throws ShapeError, and RangeError for an update of a tensor that is not held.
 */
export function checkState({ nodes, updates = [] }: Graph, shapes: HeldShapes): void {
  for (const { op, attributes, shape } of nodes) {
    if (op === "input" && Object.hasOwn(shapes, attributes.name)) checkHeld(attributes.name, shape, shapes);
  }
  for (const { name, by } of updates) checkHeld(name, nodes[by]!.shape, shapes);
}

function checkHeld(name: string, shape: Shape, shapes: HeldShapes): void {
  const held = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  if (!held) throw new RangeError(`Cannot replace ${name} as no such tensor is held`);
  if (!sameShape(held, shape)) throw new ShapeError(`Cannot hold ${name} as it is [${held}]: got [${shape}]`);
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
