/** Errors with a code for programs, and a hint that tells the user what to do. */

/** What goes with a coded error. */
export interface CodedErrorOptions extends ErrorOptions {
  /** Facts for programs: names, sizes, what was printed until then. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The base of errors with a code. */
export class CodedError<Code extends string> extends Error {
  /** What went wrong, for programs to tell errors apart. */
  readonly code: Code;
  /** What its user can do. */
  readonly hint: string;
  /** Facts for programs. */
  readonly data: Readonly<Record<string, unknown>>;

  /** An error with this code, its hint out of `hints`, and its whole message. */
  constructor(
    { code, hints }: { readonly code: Code; readonly hints: Readonly<Record<Code, string>> },
    message: string,
    { data = {}, ...options }: CodedErrorOptions = {},
  ) {
    super(message, options);
    this.code = code;
    this.hint = hints[code];
    this.data = data;
  }
}
