/** What a command prints: results on stdout, everything else on stderr. */

// deno-lint-ignore-file no-console

/** A row of a printed table. */
export type Row = readonly (string | number)[];

/** Prints one JSON object on a line of its own to stdout. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value));
}

/** Prints a line to stdout. */
export function print(line: string): void {
  console.log(line);
}

/** Prints a line to stderr: progress, warnings, what was chosen. */
export function note(line: string): void {
  console.error(line);
}

/** Asks a person a question and waits for yes or no. Where there is no terminal to ask at, the answer is no. */
export function asked(question: string): boolean {
  if (!Deno.stdin.isTerminal() || !Deno.stderr.isTerminal()) return false;
  Deno.stderr.writeSync(new TextEncoder().encode(`${question} [y/N] `));
  const answer = new Uint8Array(256), length = Deno.stdin.readSync(answer) ?? 0;
  return /^y(es)?$/i.test(new TextDecoder().decode(answer.subarray(0, length)).trim());
}

/** Prints rows under a header in aligned columns: numbers to the right, text to the left. */
export function printTable(header: readonly string[], rows: readonly Row[]): void {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => `${row[column]}`.length)));
  const line = (row: Row): string =>
    row.map((cell, column) =>
      typeof cell === "number" ? `${cell}`.padStart(widths[column]!) : cell.padEnd(widths[column]!)
    ).join("  ").trimEnd();
  for (const row of [header, ...rows]) print(line(row));
}

/** Prints names and values, one a line, values aligned. */
export function printFields(fields: readonly (readonly [name: string, value: string | number])[]): void {
  const width = Math.max(...fields.map(([name]) => name.length));
  for (const [name, value] of fields) print(`${name.padEnd(width)}  ${value}`);
}

/** A count with thousands separated. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** Seconds as a person reads them: 8.2 s, 3 min 20 s, 2 h 05 min. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60), rest = `${Math.floor(seconds % 60)}`.padStart(2, "0");
  if (minutes < 60) return `${minutes} min ${rest} s`;
  return `${Math.floor(minutes / 60)} h ${`${minutes % 60}`.padStart(2, "0")} min`;
}

/** How often a status line is written where it cannot be rewritten in place, milliseconds. */
const LOG_INTERVAL_MS = 10_000;
const REFRESH_INTERVAL_MS = 100;

/** A line on stderr that tells how far a command is: rewritten in place on a terminal, now and then in a log. */
export class StatusLine implements Disposable {
  readonly #interval = Deno.stderr.isTerminal() ? REFRESH_INTERVAL_MS : LOG_INTERVAL_MS;
  #written = performance.now();
  #shown = false;

  /** Shows the line that `text` makes, unless one was shown less than an interval ago. */
  update(text: () => string): void {
    const now = performance.now();
    if (now - this.#written < this.#interval) return;
    this.#written = now;
    if (!Deno.stderr.isTerminal()) return note(text());
    const width = Deno.consoleSize().columns - 1;
    Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text().slice(0, width)}`));
    this.#shown = true;
  }

  /** Clears the line, so that what follows starts on a clean one. */
  clear(): void {
    if (this.#shown) Deno.stderr.writeSync(new TextEncoder().encode("\r\x1b[K"));
    this.#shown = false;
  }

  /** Clears the line for good. */
  [Symbol.dispose](): void {
    this.clear();
  }
}
