/** A search as a page shows it. */
import { type CandidateCosts, knownCostCounter, openRunForReading, type RunSummary } from "../../core/io/mod.ts";
import type { ScoredCandidate, SearchConfig, VerdictCounts } from "../../core/search/mod.ts";
import { type Course, courseOf, type Speed } from "./course.ts";
import { type FrontView, frontView } from "./front_view.ts";
import { shellWord } from "./words.ts";

/** Rows of the population's table. */
const TOP = 50;

/** One of the best candidates; costs are null where blocks of a module are not loaded. */
export interface TopCandidate extends ScoredCandidate {
  /** What it costs. */
  readonly costs: CandidateCosts | null;
}

/** A search as a page shows it. */
export interface SearchView {
  /** What it is. */
  readonly kind: "search";
  /** The name of its directory. */
  readonly id: string;
  /** Where it is. */
  readonly directory: string;
  /** Whether a process is writing it. */
  readonly running: boolean;
  /** What is searched, in a line. */
  readonly title: string;
  /** The name of the score. */
  readonly proxy: string;
  /** Whether scores are ranks in the population. */
  readonly ranked: boolean;
  /** Candidates that went to the scorer. */
  readonly evaluations: number;
  /** How many proposals met each verdict. */
  readonly counts: VerdictCounts;
  /** The best candidate; null if none has a score. */
  readonly best: ScoredCandidate | null;
  /** Seconds to the nearest limit; null where that is not known, or the search has ended. */
  readonly secondsLeft: number | null;
  /** Its course. */
  readonly course: Course;
  /** The best candidates, best first. */
  readonly top: readonly TopCandidate[];
  /** Its front; null where there is none. */
  readonly front: FrontView | null;
  /** The command that continues it. */
  readonly resume: string;
  /** The command that exports the best candidate; null if there is none. */
  readonly export: string | null;
}

/** Seconds until a search meets the first of its limits at its present speed. */
function secondsLeft({ config, proposals, evaluations }: RunSummary, { seconds }: Course, speed: Speed): number | null {
  const { maxEvaluations = Infinity, maxProposals, maxSeconds = Infinity } = config;
  const left = Math.min(
    (maxEvaluations - evaluations) / speed.evaluations,
    (maxProposals - proposals) / speed.proposals,
    maxSeconds - seconds,
  );
  return Number.isFinite(left) ? Math.max(0, left) : null;
}

function exportCommand({ resolution, classes }: SearchConfig, { structure }: ScoredCandidate): string {
  const form = `--resolution ${resolution} --classes ${classes}`;
  return `zen export ${shellWord(structure)} ${form} -o best.tflite`;
}

/** Reads a search, also while another process writes it. Throws RunStoreError, ConfigError. */
export function searchView(directory: string): SearchView {
  using run = openRunForReading(directory);
  const summary = run.summary(), { id, config, running, ranked, evaluations, counts, best } = summary;
  const course = courseOf(run, summary),
    top = run.top(TOP),
    costs = knownCostCounter(config),
    proxy = `${config.proxy}`;
  return {
    ...{ kind: "search", id, directory, running, proxy, ranked, evaluations, counts, best, course },
    title: `${config.preset ?? "own settings"}, proxy ${proxy}, space ${config.space}, seed ${config.seed}`,
    secondsLeft: running && course.speed ? secondsLeft(summary, course, course.speed) : null,
    top: top.map((one) => ({ ...one, costs: costs(one.structure) })),
    front: frontView(run, summary, top.map(({ index }) => index)),
    resume: `zen runs resume ${shellWord(directory)}`,
    export: best && exportCommand(config, best),
  };
}
