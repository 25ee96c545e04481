/**
 * What a command prints: results on stdout, everything else on stderr. Nothing else prints. What files, phones and their
 * errors say may hold what a terminal obeys: all text goes through {@link visible}.
 */

// deno-lint-ignore-file no-console
import { visible } from "./visible.ts";

/** A row of a printed table. */
export type Row = readonly (string | number)[];

/** Whether a status line stands on the terminal: there is one terminal, so this is the state of the process. */
let statusShown = false;

/** Shows a line on a terminal that the next status, or whatever is printed next, replaces. */
export function showStatus(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${line}`));
  statusShown = true;
}

/** Clears the status line. */
export function clearStatus(): void {
  if (statusShown) Deno.stderr.writeSync(new TextEncoder().encode("\r\x1b[K"));
  statusShown = false;
}

/** Prints one JSON object on a line of its own to stdout. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/** Prints a line to stdout. */
export function print(line: string): void {
  clearStatus();
  console.log(visible(line));
}

/** Prints a line to stderr: progress, warnings, what was chosen. */
export function note(line: string): void {
  clearStatus();
  console.error(visible(line));
}

/** Asks a person a question and waits for yes or no. Where there is no terminal to ask at, the answer is no. */
export function asked(question: string): boolean {
  if (!Deno.stdin.isTerminal() || !Deno.stderr.isTerminal()) return false;
  Deno.stderr.writeSync(new TextEncoder().encode(`${visible(question)} [y/N] `));
  const answer = new Uint8Array(256), length = Deno.stdin.readSync(answer) ?? 0;
  return /^y(es)?$/i.test(new TextDecoder().decode(answer.subarray(0, length)).trim());
}

/** Rows under a header in aligned columns: numbers to the right, text to the left. */
export function tableLines(header: readonly string[], rows: readonly Row[]): string[] {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => `${row[column]}`.length)));
  const line = (row: Row): string =>
    row.map((cell, column) =>
      typeof cell === "number" ? `${cell}`.padStart(widths[column]!) : cell.padEnd(widths[column]!)
    ).join("  ").trimEnd();
  return [header, ...rows].map(line);
}

/** Prints rows under a header as {@link tableLines} aligns them. */
export function printTable(header: readonly string[], rows: readonly Row[]): void {
  for (const line of tableLines(header, rows)) print(line);
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

/** A share as a percentage with two decimals. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** Bytes as a person reads them: 512 bytes, 40.5 kB, 1.2 MB. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${["kB", "MB", "GB"][power - 1]}`;
}

/** Seconds as a person reads them: 8.2 s, 3 min 20 s, 2 h 05 min. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60), rest = `${Math.floor(seconds % 60)}`.padStart(2, "0");
  if (minutes < 60) return `${minutes} min ${rest} s`;
  return `${Math.floor(minutes / 60)} h ${`${minutes % 60}`.padStart(2, "0")} min`;
}
