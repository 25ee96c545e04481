/** What a test and the process that runs its command lines tell each other. */

/** A command line to run. */
export interface Request {
  readonly args: readonly string[];
  readonly number: number;
}

/** What follows all that a command line printed, on stdout and on stderr. No command prints a NUL. */
export function endOf(number: number, code: number): string {
  return `\0${number} ${code}\0`;
}

/** Splits what was printed from the exit code behind it; undefined where the command line still runs. */
export function ended(text: string, number: number): { readonly text: string; readonly code: number } | undefined {
  const [printed, end, rest] = text.split("\0");
  const [, code] = new RegExp(`^${number} (\\d+)$`).exec(end ?? "") ?? [];
  return code === undefined || rest !== "" ? undefined : { text: printed!, code: Number(code) };
}
