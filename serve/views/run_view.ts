/** A run of either kind as a page shows it. */
import { openRunForReading, readTrainingSummary, runId, runKind, RunStoreError } from "../../core/io/mod.ts";
import { ConfigError } from "../../core/search/mod.ts";
import { type SearchView, searchView } from "./search_view.ts";
import { type TrainingView, trainingView } from "./training_view.ts";

/** A run that cannot be read. */
export interface UnreadableView {
  /** What it is. */
  readonly kind: "unreadable";
  /** The name of its directory. */
  readonly id: string;
  /** Where it is. */
  readonly directory: string;
  /** Why. */
  readonly error: string;
}

/** A run as a page shows it. */
export type RunView = SearchView | TrainingView | UnreadableView;

/** A run in a list of runs. */
export type RunEntry = UnreadableView | {
  /** What it does. */
  readonly kind: "search" | "training";
  /** The name of its directory. */
  readonly id: string;
  /** Where it is. */
  readonly directory: string;
  /** Whether a process is writing it. */
  readonly running: boolean;
  /** Proposals of a search, or steps of a training. */
  readonly done: number;
  /** The best score of a search, or top-1 of a training; null where there is none. */
  readonly best: number | null;
};

/** Reads a run, or says why it cannot be read. */
function orUnreadable<T>(directory: string, read: () => T): T | UnreadableView {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RunStoreError || error instanceof ConfigError)) throw error;
    return { kind: "unreadable", id: runId(directory), directory, error: error.message };
  }
}

/** The run in a directory. Throws RunStoreError, ConfigError. */
export function readableView(directory: string): SearchView | TrainingView {
  return runKind(directory) === "training" ? trainingView(directory) : searchView(directory);
}

/** The run in a directory, with why it cannot be read where that is so. */
export function runView(directory: string): RunView {
  return orUnreadable(directory, () => readableView(directory));
}

/** The run in a directory as a list of runs has it. */
export function runEntry(directory: string): RunEntry {
  return orUnreadable(directory, () => {
    if (runKind(directory) === "training") {
      const { running, lastStep, best } = readTrainingSummary(directory);
      const entry = { id: runId(directory), directory, running, done: lastStep?.step ?? 0 };
      return { kind: "training", ...entry, best: best?.test?.top1 ?? null } as const;
    }
    using run = openRunForReading(directory);
    const { id, running, proposals, best } = run.summary();
    return { kind: "search", id, directory, running, done: proposals, best: best?.score ?? null } as const;
  });
}
