/** Keeps results on disk as they come: a line of JSON each, after one that says of which tree they are. */
import { idOf, type Mutant } from "./mutants.ts";
import type { Result } from "./trial.ts";

/** What the results depend on. */
export interface JournalHead {
  /** The hash of the tree. */
  readonly tree: string;
  /** The budget of one mutant. */
  readonly budgetMs: number;
}

/** Results that are kept, by mutant. */
export class Journal implements Disposable {
  readonly #file: Deno.FsFile | undefined;
  readonly #results: Map<string, Result>;

  private constructor(file: Deno.FsFile | undefined, results: readonly Result[]) {
    this.#file = file;
    this.#results = new Map(results.map((result) => [idOf(result.mutant), result]));
  }

  /** A journal that is kept in memory alone. */
  static inMemory(): Journal {
    return new Journal(undefined, []);
  }

  /** Starts a journal. Throws AlreadyExists where there is a file. */
  static create(path: string, head: JournalHead): Journal {
    const file = Deno.openSync(path, { write: true, createNew: true });
    write(file, head);
    return new Journal(file, []);
  }

  /** Continues a journal. Throws a RangeError where its head differs. */
  static resume(path: string, head: JournalHead): Journal {
    const { head: found, results, length } = parseJournal(Deno.readTextFileSync(path));
    for (const field of ["tree", "budgetMs"] as const) {
      if (found[field] === head[field]) continue;
      throw new RangeError(`Cannot resume ${path} as its ${field} must be ${head[field]}: got ${found[field]}`);
    }
    const file = Deno.openSync(path, { write: true });
    file.truncateSync(length);
    file.seekSync(0, Deno.SeekMode.End);
    return new Journal(file, results);
  }

  /** The result of a mutant, where it was tried. */
  resultOf(mutant: Mutant): Result | undefined {
    return this.#results.get(idOf(mutant));
  }

  /** Keeps a result. */
  add(result: Result): void {
    this.#results.set(idOf(result.mutant), result);
    if (this.#file) write(this.#file, result);
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file?.close();
  }
}

function write(file: Deno.FsFile, value: unknown): void {
  file.writeSync(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

/** Reads a journal; `length` is its bytes without a last line that was cut off. */
export function parseJournal(text: string): { head: JournalHead; results: Result[]; length: number } {
  const kept = text.slice(0, text.lastIndexOf("\n") + 1);
  const [head, ...results] = kept.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  return { head, results, length: new TextEncoder().encode(kept).length };
}
