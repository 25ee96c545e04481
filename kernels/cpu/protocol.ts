/** What the backend and its workers say to each other. */
import { DeviceLostError, DeviceMemoryError, UnsupportedOpError } from "../../core/graph/backend.ts";
import type { Graph } from "../../core/graph/graph.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { ShapeError } from "../../core/graph/shape.ts";

/** To a worker. */
export type Request =
  | { readonly type: "start"; readonly module: WebAssembly.Module }
  /** Run a program; its graph comes with its first run on this worker. */
  | { readonly type: "run"; readonly program: number; readonly graph?: Graph; readonly options: RunOptions }
  | { readonly type: "drop"; readonly program: number };

/** From a worker, one for every start and run. */
export type Reply =
  | { readonly type: "done"; readonly outputs: Float32Array<ArrayBuffer>[]; readonly memoryBytes: number }
  | { readonly type: "failed"; readonly error: ErrorRecord; readonly memoryBytes: number };

/** An error as plain data, with the fields of the errors that have any. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly neededBytes?: number;
  readonly limitBytes?: number;
  readonly op?: OpName;
  readonly target?: string;
}

/** An error to post. */
export function recordError(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack } = error;
  return { ...error, name, message, ...(stack === undefined ? {} : { stack }) };
}

type Reviver = (record: ErrorRecord) => Error;

const revivers: Readonly<Record<string, Reviver>> = {
  RangeError: ({ message }) => new RangeError(message),
  TypeError: ({ message }) => new TypeError(message),
  ShapeError: ({ message }) => new ShapeError(message),
  DeviceMemoryError: ({ neededBytes = 0, limitBytes = 0 }) =>
    new DeviceMemoryError("the graph in WebAssembly memory", { needed: neededBytes, limit: limitBytes }),
  UnsupportedOpError: ({ op, target = "the CPU backend" }) => new UnsupportedOpError(op!, target, "it has no kernel"),
};

const revive = (record: ErrorRecord): Error =>
  revivers[record.name]?.(record) ??
    new DeviceLostError(`Cannot finish a run as its worker failed: ${record.name}: ${record.message}`);

/** The error that a worker posted: of the same class and message where the class is one that callers tell apart. */
export function reviveError(record: ErrorRecord): Error {
  const error = revive(record);
  const { message, stack } = record;
  if (revivers[record.name]) error.message = message;
  error.cause = { name: record.name, message, stack };
  return error;
}
