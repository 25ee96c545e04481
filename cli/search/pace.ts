/** How fast a search goes and how long it will take. */
import type { RunStore } from "../../core/io/mod.ts";
import {
  isEvaluation,
  type SearchConfig,
  type SearchEvent,
  type VerdictCounts,
  verdicts,
} from "../../core/search/mod.ts";
import { type Fact, type Progress, rate } from "../progress.ts";
import { duration, grouped } from "../terminal.ts";
import { verdictWords } from "./verdict_words.ts";

/** How many of the latest evaluations the present speed is taken from: candidates grow as a search goes on. */
const RECENT = 64;
/** The least time between two progress events for scripts, unless there is a new best, milliseconds. */
const REPORT_INTERVAL_MS = 1000;

/** Measures a session of a search. */
export class SearchPace {
  readonly #config: SearchConfig;
  readonly #earlierSeconds: number;
  readonly #started = performance.now();
  /** Times and proposal counts of the latest evaluations. */
  readonly #recent: { readonly timeMs: number; readonly proposals: number }[] = [];
  #reportedMs = -Infinity;

  /** Begins to measure; earlier sessions of the run took `spentMs`. */
  constructor({ config, spentMs }: Pick<RunStore, "config" | "spentMs">) {
    this.#config = config;
    this.#earlierSeconds = spentMs / 1000;
  }

  /** Seconds since the session began. */
  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** Takes note of a proposal that has entered. */
  count({ proposal, proposals }: SearchEvent): void {
    if (!isEvaluation(proposal)) return;
    this.#recent.push({ timeMs: performance.now(), proposals });
    if (this.#recent.length > RECENT) this.#recent.shift();
  }

  /** Whether an event is news for a script: a new best, or a second after the last one. */
  worthReporting({ proposal, best }: SearchEvent): boolean {
    const now = performance.now();
    if (proposal.index !== best?.index && now - this.#reportedMs < REPORT_INTERVAL_MS) return false;
    this.#reportedMs = now;
    return true;
  }

  /** An event's figures, under the names that scripts rely on. */
  facts({ proposals, evaluations, best, acceptanceRate }: SearchEvent): Record<string, unknown> {
    const { evaluationsPerSecond, secondsLeft } = this.#speed(proposals, evaluations);
    return {
      proposals,
      evaluations,
      best: best ? { structure: best.structure, score: best.score } : null,
      acceptance_rate: acceptanceRate,
      evaluations_per_second: evaluationsPerSecond,
      eta_seconds: secondsLeft,
    };
  }

  /** An event's figures for a person. */
  progress({ proposals, evaluations, best, counts }: SearchEvent): Progress {
    const { evaluationsPerSecond, secondsLeft } = this.#speed(proposals, evaluations);
    const { maxEvaluations = Infinity, maxProposals, maxSeconds = Infinity } = this.#config;
    const spentSeconds = this.#earlierSeconds + this.seconds;
    const facts: readonly (Fact | null)[] = [
      `${grouped(evaluations)}${maxEvaluations < Infinity ? `/${grouped(maxEvaluations)}` : ""} scored`,
      best ? { text: `best ${best.score.toPrecision(6)}`, colour: "green" } : "no best yet",
      secondsLeft === null ? null : `${duration(secondsLeft)} left`,
      evaluationsPerSecond === null ? null : rate(evaluationsPerSecond),
      ...rejections(counts),
    ];
    return {
      share: Math.min(1, Math.max(proposals / maxProposals, evaluations / maxEvaluations, spentSeconds / maxSeconds)),
      facts: facts.filter((fact) => fact !== null),
    };
  }

  /** The present speed and the time to the nearest limit; null before the second evaluation. */
  #speed(proposals: number, evaluations: number): {
    readonly evaluationsPerSecond: number | null;
    readonly secondsLeft: number | null;
  } {
    const first = this.#recent[0], last = this.#recent.at(-1);
    if (!first || !last || last.timeMs === first.timeMs) return { evaluationsPerSecond: null, secondsLeft: null };
    const seconds = (last.timeMs - first.timeMs) / 1000;
    const evaluationsPerSecond = (this.#recent.length - 1) / seconds;
    const proposalsPerSecond = (last.proposals - first.proposals) / seconds;
    const { maxEvaluations = Infinity, maxProposals, maxSeconds = Infinity } = this.#config;
    const secondsLeft = Math.min(
      (maxEvaluations - evaluations) / evaluationsPerSecond,
      (maxProposals - proposals) / proposalsPerSecond,
      Math.max(0, maxSeconds - this.#earlierSeconds - this.seconds),
    );
    return { evaluationsPerSecond, secondsLeft };
  }
}

/** How many proposals met each verdict but a score, failures first. */
function rejections(counts: VerdictCounts): readonly Fact[] {
  const met = verdicts.filter((verdict) => verdict !== "scored" && counts[verdict] > 0);
  return met.reverse().map((verdict) => ({
    text: `${grouped(counts[verdict])} ${verdictWords[verdict]}`,
    colour: verdict === "failed" ? "red" : "yellow",
  }));
}
