/** What can be wrong with a data set. */

/** Files that cannot be read as a data set. */
export class DataSetError extends Error {
  /** The error's class. */
  override readonly name = "DataSetError";
  /** The file or folder. */
  readonly path: string;
  /** What is wrong with it. */
  readonly reason: string;

  /** An error about a path: "Cannot read `path` as `reason`". */
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`Cannot read ${path} as ${reason}`, options);
    this.path = path;
    this.reason = reason;
  }
}

/** An image that cannot be decoded. */
export class BrokenImageError extends Error {
  /** The error's class. */
  override readonly name = "BrokenImageError";

  /** An error with the reason as its message; whoever reads the image knows which it is. */
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
  }
}

/** What an unknown error says. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** An error as a {@link DataSetError} about a path, unless it is one. */
export function dataSetError(path: string, cause: unknown): DataSetError {
  return cause instanceof DataSetError ? cause : new DataSetError(path, reasonOf(cause), { cause });
}
