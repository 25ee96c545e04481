/** Errors of files, in words that say what was to be done with which file. */
/** What is done with a file. */
export type FileAction = "read" | "write";

/** A file that cannot be read or written; `cause` is what the system said, if it was the system. */
export class FileError extends Error {
  /** The error's class. */
  override readonly name = "FileError";
  /** The file, as it was named. */
  readonly path: string;

  /** `reason` completes the sentence "Cannot read `path` as …". */
  constructor(
    action: FileAction,
    path: string,
    { reason, cause }: { readonly reason: string; readonly cause?: unknown },
  ) {
    super(`Cannot ${action} ${path} as ${reason}`, { cause });
    this.path = path;
  }
}

/** What Deno says of a file: the system's words, a number, then perhaps the call and the path. */
const SYSTEM_ERROR = /^(.+?) \(os error \d+\)/;

/** The system's reason in an error's message, such as `the system says: no space left on device`; undefined if it has none. */
export function systemReason({ message }: Error): string | undefined {
  const words = SYSTEM_ERROR.exec(message)?.[1];
  return words && `the system says: ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}

/** An error of an action on a file: a {@link FileError} where the system refused, any other as it is. */
export function asFileError(action: FileAction, path: string, cause: unknown): unknown {
  const reason = cause instanceof Error ? systemReason(cause) : undefined;
  return reason === undefined ? cause : new FileError(action, path, { reason, cause });
}

/** Whether an error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof FileError && isMissing(error.cause);
}
