/** A search whose every result is kept in a run store. */
import pLimit from "npm:p-limit@7.3.3";
import { CandidateError, type RankCombination } from "../../scoring/mod.ts";
import {
  type BudgetModels,
  budgetsOf,
  evolve,
  initialStructures,
  objectivesOf,
  type Scorer,
  type Screen,
  type SearchEvent,
  type SearchOutcome,
  type Space,
} from "../../search/mod.ts";
import { reportOn, type SearchReport, writeReport } from "./report.ts";
import type { RunStore } from "./store.ts";
import { loadSpace } from "../spaces.ts";

/** What a search needs beside its configuration, which is in the store. */
export interface SearchOptions extends BudgetModels {
  /** A new run, or one to be continued; the caller disposes of it. */
  readonly store: RunStore;
  /** Scores candidates. */
  readonly score: Scorer;
  /** Free proxies that drop candidates before they are scored. Default: none. */
  readonly screens?: readonly Screen[] | undefined;
  /** Computes scores from ranks in the population. Default: scores are kept. */
  readonly ranking?: RankCombination | undefined;
  /** Default: the configuration's, loaded. */
  readonly space?: Space | undefined;
  /** Ends the search once the candidates in flight are done and recorded. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the search at once: what is in flight is lost, and found again when the run is continued. */
  readonly abandon?: AbortSignal | undefined;
  /** Called after each new proposal is recorded. */
  readonly onEvent?: ((event: SearchEvent) => void) | undefined;
}

/** The result of a search, and its report. */
export interface SearchResult extends SearchOutcome {
  /** What was written to `report.json`. */
  readonly report: SearchReport;
}

/** After so many milliseconds without a pause, a search yields to the event loop: to signals, timers and messages. */
const YIELD_MS = 20;

/** Makes a function that yields to the event loop, by a promise, if the last time is {@link YIELD_MS} ago. */
function yielding(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < YIELD_MS) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        last = performance.now();
        resolve();
      })
    );
  };
}

/** Whether the time that a run may take is up, counted from now on and with what its earlier sessions took. */
function clockOf({ config: { maxSeconds = Infinity }, spentMs }: RunStore): () => boolean {
  const started = performance.now();
  return () => spentMs + performance.now() - started >= maxSeconds * 1000;
}

/**
 * The scorer of a run that may have been ended as a candidate blocked its thread: that one fails, and candidates are scored
 * one at a time, so that a further one is known for certain.
 */
function scorerAfterStuck(score: Scorer, store: RunStore): Scorer {
  const stuck = store.stuck(), reasons = new Map(stuck.map(({ index, reason }) => [index, reason]));
  if (stuck.length === 0) return score;
  const limit = pLimit(1);
  return (structure, candidate) => {
    const reason = reasons.get(candidate.index);
    return reason === undefined ? limit(score, structure, candidate) : Promise.reject(new CandidateError(reason));
  };
}

/**
 * Searches until a limit of the configuration is reached or the signal aborts, continuing where the store's journal
 * ends, and writes `best_structure.txt` and `report.json` into the run's directory.
 *
 * Rejects with RunStoreError where the store cannot be written, with MissingLatencyModelError for a latency budget without
 * `latencyMs`, and with an error of the scorer that does not fail its candidate alone. All results before that are kept.
 *
 * @example
 * ```ts
 * import { createRun, loadPreset, runSearch, trueCost } from "@zennas/zennas";
 * const config = await loadPreset("params-cifar-params1M", { maxEvaluations: 5 });
 * using store = createRun(`${await Deno.makeTempDir()}/run`, config);
 * const score = (structure: Parameters<typeof trueCost>[0]) =>
 *   Promise.resolve(trueCost(structure, { classes: 100, resolution: 32 }).parameters);
 * const { evaluations, report } = await runSearch({ store, score });
 * if (evaluations !== 5 || !report.best) throw new Error(JSON.stringify(report));
 * ```
 */
export async function runSearch(options: SearchOptions): Promise<SearchResult> {
  const { store, score, signal, onEvent } = options;
  const { directory, config } = store;
  const pause = yielding();
  const outcome = await evolve({
    space: options.space ?? await loadSpace(config.space),
    initial: initialStructures(config),
    budgets: budgetsOf(config, options),
    population: config.population,
    window: config.window,
    seed: config.seed,
    maxProposals: config.maxProposals,
    maxEvaluations: config.maxEvaluations,
    patience: config.patience,
    timeIsUp: clockOf(store),
    screens: options.screens,
    score: scorerAfterStuck(score, store),
    ranking: options.ranking,
    race: config.race,
    objectives: objectivesOf(config),
    crossover: config.crossover,
    journal: store.proposals(),
    record(proposal, standing) {
      store.append(proposal, options.ranking ? standing : { best: standing.best });
      return pause();
    },
    signal,
    abandon: options.abandon,
    onEvent,
  });
  store.flush();
  const report = reportOn(outcome, directory, { config, models: options });
  writeReport(report, directory);
  return { ...outcome, report };
}
