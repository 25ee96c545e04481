/** What can be wrong with fetching a published file. */

/** A kind of failure. */
export type FetchErrorKind = "unreachable" | "missing" | "server" | "broken" | "changed" | "write";

/** What to do about each kind of failure. */
const fetchHints: Readonly<Record<FetchErrorKind, string>> = {
  unreachable: "put the file at the path that the message names, or give --checkpoints a folder or a mirror's URL",
  missing: "put the file at the path that the message names, or give --checkpoints another folder or a mirror's URL",
  server: "try again later: what has been received is kept; or give --checkpoints a mirror",
  broken: "run the command again: it goes on where it stopped",
  changed: "remove the file and the .sha256 beside it if the new one is to be trusted",
  write: "free some space, or choose another place with --checkpoints",
};

/** A published file cannot be fetched or is not what it was. */
export class FetchError extends Error {
  static {
    this.prototype.name = "FetchError";
  }

  /** What kind of failure it is. */
  readonly kind: FetchErrorKind;
  /** Where the file is, or should be. */
  readonly path: string;

  /** Creates an error with its whole message. */
  constructor(
    kind: FetchErrorKind,
    message: string,
    { path, cause }: { readonly path: string; readonly cause?: unknown },
  ) {
    super(message, { cause });
    this.kind = kind;
    this.path = path;
  }

  /** What to do about it. */
  get hint(): string {
    return fetchHints[this.kind];
  }
}
