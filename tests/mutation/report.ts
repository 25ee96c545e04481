/** What a person reads: progress on stderr, the outcome on stdout. */

// deno-lint-ignore-file no-console
import type { Accepted } from "./accepted.ts";
import type { Mutant } from "./mutants.ts";
import type { Result } from "./trial.ts";

/** Prints a line to stdout. */
export function print(line: string): void {
  console.log(line);
}

/** Prints a line to stderr. */
export function note(line: string): void {
  console.error(line);
}

/** Text on one line, cut where it is long. */
function short(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** `path:line:column  old -> new`. */
export function describeMutant({ path, line, column, old, new: replacement }: Mutant): string {
  return `${path}:${line}:${column}  ${short(old)} -> ${short(replacement)}`;
}

/** Minutes and seconds. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`;
}

/** Says how far a job of `total` steps is, and how long it will take. */
export class Progress {
  readonly #what: string;
  readonly #total: number;
  readonly #started = performance.now();
  #done = 0;

  /** Progress of a job that is named `what`. */
  constructor(what: string, total: number) {
    this.#what = what;
    this.#total = total;
  }

  /** One more step is done; `detail` says how it ended. */
  step(detail: string): void {
    const rest = (performance.now() - this.#started) / ++this.#done * (this.#total - this.#done);
    note(`${this.#what} ${this.#done}/${this.#total}, ${duration(rest)} left  ${detail}`);
  }
}

/** What became of the selected mutants. */
export interface Outcome {
  readonly results: readonly Result[];
  /** How many were not tried as they are accepted. */
  readonly accepted: number;
  readonly stale: readonly Accepted[];
}

/** The lines that sum an outcome up. */
export function summaryLines({ results, accepted, stale }: Outcome): string[] {
  const of = (verdict: Result["verdict"]): Result[] => results.filter((result) => result.verdict === verdict);
  const killed = of("killed"), survived = of("survived"), notCovered = of("notCovered");
  const byPlace = (a: Result, b: Result): number =>
    a.mutant.path === b.mutant.path ? a.mutant.start - b.mutant.start : a.mutant.path < b.mutant.path ? -1 : 1;
  const share = results.length === 0 ? "" : ` (${(100 * killed.length / results.length).toFixed(1)}%)`;
  return [
    ...notCovered.sort(byPlace).map(({ mutant }) => `not covered  ${describeMutant(mutant)}`),
    ...survived.sort(byPlace).map(({ mutant, tried, untried }) => {
      const tests = `${tried.length} of ${tried.length + untried} test files ran`;
      return `survived     ${describeMutant(mutant)}  (${tests})`;
    }),
    ...stale.map(({ path, before }) => `stale        accepted.json: no mutant of ${path} changes ${short(before)}`),
    `${killed.length} of ${results.length} mutants caught${share}, ${survived.length} survived, ` +
    `${notCovered.length} not covered, ${accepted} accepted`,
  ];
}
