/** The runs that a server shows, by ids of its own, and what was read of them. */
import { isRunning, runDirectories, runId } from "../core/io/mod.ts";
import { RUN_FILE } from "../core/io/runs/database.ts";
import { type RunEntry, runEntry, type RunView, runView } from "./views/run_view.ts";

/** A run is read again at the earliest after so many times what reading it took: a long one takes a second or more. */
const PAUSE = 10;

function stampOfFile(path: string): string {
  try {
    const { size, mtime } = Deno.statSync(path);
    return `${size}@${mtime?.getTime()}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "none";
    return "unreadable";
  }
}

/** Whether a process writes a run; false where that cannot be told, as of a damaged one. */
function isWritten(directory: string): boolean {
  try {
    return isRunning(directory);
  } catch {
    return false;
  }
}

/** What changes when a run does: sizes and times of its files, and whether a process writes it. */
function stampOf(directory: string): string {
  const files = [RUN_FILE, `${RUN_FILE}-wal`].map((name) => stampOfFile(`${directory}/${name}`));
  return [...files, isWritten(directory) ? "running" : "ended"].join(" ");
}

/** Something that was read at a stamp. */
interface Kept<T> {
  readonly stamp: string;
  readonly value: T;
}

/** The runs in some folders. */
export class RunBook {
  readonly #roots: readonly string[];
  readonly #entries = new Map<string, Kept<RunEntry>>();
  readonly #views = new Map<string, Kept<RunView>>();
  readonly #costs = new Map<string, { readonly readMs: number; readonly tookMs: number }>();

  /** Each folder is a run, or has runs directly below it. */
  constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  /** Directories by id: the directory's name, with a number where several have it. Nothing else is ever opened. */
  directories(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const directory of this.#roots.flatMap((root) => isRunFolder(root) ? [root] : runDirectories(root))) {
      const name = runId(directory);
      let id = name;
      for (let copy = 2; found.has(id); copy++) id = `${name}~${copy}`;
      found.set(id, directory);
    }
    return found;
  }

  /** All runs as a list has them, by id. */
  entries(): readonly RunEntry[] {
    return [...this.directories()].map(([id, directory]) => ({ ...kept(this.#entries, directory, runEntry), id }));
  }

  /** A run; undefined where there is none of that id. */
  view(id: string): RunView | undefined {
    const directory = this.directories().get(id);
    if (directory === undefined) return undefined;
    const startedMs = performance.now(), view = kept(this.#views, directory, runView);
    const tookMs = performance.now() - startedMs;
    if (tookMs > 1) this.#costs.set(id, { readMs: startedMs, tookMs });
    return { ...view, id };
  }

  /** A short text that changes when a run does. */
  versions(): ReadonlyMap<string, string> {
    return new Map([...this.directories()].map(([id, directory]) => [id, stampOf(directory)]));
  }

  /** Whether it is too early to read a run again. */
  isFresh(id: string): boolean {
    const cost = this.#costs.get(id);
    return cost !== undefined && performance.now() - cost.readMs < PAUSE * cost.tookMs;
  }
}

function isRunFolder(directory: string): boolean {
  return stampOfFile(`${directory}/${RUN_FILE}`) !== "none";
}

/** What was read of a directory, or is read now if it has changed. */
function kept<T>(before: Map<string, Kept<T>>, directory: string, read: (directory: string) => T): T {
  const stamp = stampOf(directory), known = before.get(directory);
  if (known?.stamp === stamp) return known.value;
  const value = read(directory);
  before.set(directory, { stamp, value });
  return value;
}
