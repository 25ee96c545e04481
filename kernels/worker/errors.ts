/** Errors across threads: what a worker throws is posted as plain data and made an error again where it is waited for. */
import { DeviceLostError, DeviceMemoryError, UnsupportedOpError } from "../../core/graph/backend.ts";
import { ShapeError } from "../../core/graph/shape.ts";
import { KernelError, NoAdapterError } from "../webgpu/errors.ts";

/** An error as plain data. */
export interface ErrorRecord {
  /** The name of its class. */
  readonly name: string;
  readonly message: string;
  /** Where the worker threw it. */
  readonly stack: string;
  /** What it was caused by, as text: a cause may be something that cannot be posted. */
  readonly cause: string | undefined;
  /** The fields of its class. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The classes that callers tell apart, by their names; an error of any other one becomes a {@link DeviceLostError}. */
const classes: ReadonlyMap<string, { readonly prototype: Error }> = new Map(Object.entries({
  DeviceLostError,
  DeviceMemoryError,
  KernelError,
  NoAdapterError,
  RangeError,
  ShapeError,
  TypeError,
  UnsupportedOpError,
}));

/** An error to post. */
export function recordError(thrown: unknown): ErrorRecord {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown)), { name, message } = error;
  const { cause, ...fields } = { cause: error.cause, ...error };
  return {
    name,
    message,
    stack: error.stack ?? String(error),
    cause: cause === undefined ? undefined : String(cause),
    fields,
  };
}

/** The error that was posted, as the worker threw it; its cause is a text. */
export function reviveError({ name, message, stack, cause, fields }: ErrorRecord): Error {
  const error = new Error(message, cause === undefined ? {} : { cause }), known = classes.get(name);
  error.stack = stack;
  if (!known) return new DeviceLostError(`Cannot finish as the worker failed: ${name}: ${message}`, { cause: error });
  // The constructor would make another message of arguments that only the worker had.
  Object.setPrototypeOf(error, known.prototype);
  return Object.assign(error, fields);
}
