/** Errors that tell which of some known states is met, and what their user can do about it. */

/** What goes with a coded error. */
export interface CodedErrorOptions extends ErrorOptions {
  /** Facts for programs: names, sizes, what was printed until then. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The base of errors with a code. */
export class CodedError<Code extends string> extends Error {
  /** Which state, for programs to tell errors apart. */
  readonly code: Code;
  /** What its user can do. */
  readonly hint: string;
  /** Facts for programs. */
  readonly data: Readonly<Record<string, unknown>>;

  /** An error for the state `code`, whose remedy is among `hints`, with its whole message. */
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
