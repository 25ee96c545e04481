/** What can go wrong on a device, and how it is told across threads. */
import { DeviceLostError, DeviceMemoryError } from "../../core/graph/backend.ts";
import { NoAdapterError } from "./adapters.ts";

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

/** An error as plain data, with the fields of the errors that have any. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly op?: string;
  readonly pipeline?: string;
  readonly line?: number | undefined;
  readonly neededBytes?: number;
  readonly limitBytes?: number;
  readonly known?: readonly string[];
}

/** An error to post. */
export function recordError(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack } = error;
  return { ...error, name, message, ...(stack === undefined ? {} : { stack }) };
}

function revive(record: ErrorRecord): Error {
  const { name, message, op = "", pipeline = "", line, neededBytes = 0, limitBytes = 0, known = [] } = record;
  switch (name) {
    case "KernelError":
      return new KernelError("", { op, pipeline, line });
    case "DeviceMemoryError":
      return new DeviceMemoryError("", { needed: neededBytes, limit: limitBytes });
    case "NoAdapterError":
      return new NoAdapterError("", known);
    case "TypeError":
      return new TypeError(message);
    case "RangeError":
      return new RangeError(message);
    default:
      return new DeviceLostError(message);
  }
}

/** The error that a worker posted: of the same class where callers tell it apart, else DeviceLostError. */
export function reviveError(record: ErrorRecord): Error {
  const error = revive(record);
  error.message = record.message;
  error.cause = record;
  return error;
}
