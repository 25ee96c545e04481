/** The course of a search in a bounded number of points, however long it was. */
import { type RunReader, type RunSummary, timed } from "../../core/io/mod.ts";
import { isEvaluation, noVerdicts, type VerdictCounts, type VerdictName } from "../../core/search/mod.ts";
import { type Histogram, histogramOf } from "./histogram.ts";

/** The most points of a line, and the most bins of verdicts: more cannot be told apart. */
export const MOST = { points: 2000, bins: 64 } as const;

/** How many of the latest evaluations the speed is taken from. */
const RECENT = 64;

/** A new best candidate. */
export interface BestPoint {
  /** Its proposal. */
  readonly proposal: number;
  /** Candidates that went to the scorer up to it, itself among them. */
  readonly evaluations: number;
  /** Its score. */
  readonly score: number;
}

/** How fast a search went lately. */
export interface Speed {
  /** Evaluations a second. */
  readonly evaluations: number;
  /** Proposals a second. */
  readonly proposals: number;
}

/** A search from its first to its last proposal. */
export interface Course {
  /** Proposals in all. */
  readonly proposals: number;
  /** Of so many successive proposals at most one is among `best`: the one with their highest score. */
  readonly stride: number;
  /** The candidates that were better than all before them. Empty where scores do not compare over time. */
  readonly best: readonly BestPoint[];
  /** How often scores occur; null where there is none. */
  readonly histogram: Histogram | null;
  /** Verdicts on `binSize` successive proposals each; the last bin may have fewer. */
  readonly bins: readonly VerdictCounts[];
  /** Proposals in a bin. */
  readonly binSize: number;
  /** Seconds of searching. */
  readonly seconds: number;
  /** By the latest evaluations of the last session; null before the second. */
  readonly speed: Speed | null;
}

/** What came of the latest evaluations. */
class SpeedMeter {
  readonly #recent: { readonly seconds: number; readonly proposal: number }[] = [];

  count(seconds: number, proposal: number): void {
    this.#recent.push({ seconds, proposal });
    if (this.#recent.length > RECENT) this.#recent.shift();
  }

  get speed(): Speed | null {
    const first = this.#recent[0], last = this.#recent.at(-1);
    if (!first || !last || last.seconds <= first.seconds) return null;
    const seconds = last.seconds - first.seconds;
    return { evaluations: (this.#recent.length - 1) / seconds, proposals: (last.proposal - first.proposal) / seconds };
  }
}

/** The highest scores: of each stride of proposals only the highest, and only where it is above all before. */
class BestLine {
  readonly points: BestPoint[] = [];
  readonly #stride: number;

  constructor(stride: number) {
    this.#stride = stride;
  }

  offer(point: BestPoint): void {
    const last = this.points.at(-1);
    if (last && point.score <= last.score) return;
    const sameStride = last && Math.floor(last.proposal / this.#stride) === Math.floor(point.proposal / this.#stride);
    if (sameStride) this.points.pop();
    this.points.push(point);
  }
}

const strideOf = (most: number, of: number): number => Math.max(1, Math.ceil(of / most));

/**
 * Reads the course of a run in one pass over its journal. Where scores are ranks, or there are several objectives, there is
 * no line of the best. Throws RunStoreError.
 */
export function courseOf(
  run: Pick<RunReader, "outcomes">,
  { config, proposals, counts, ranked, sessions }: RunSummary,
): Course {
  const stride = strideOf(MOST.points, proposals), binSize = strideOf(MOST.bins, proposals);
  const line = new BestLine(stride), meter = new SpeedMeter(), scores = new Float64Array(counts.scored);
  const bins: Record<VerdictName, number>[] = [], comparable = !ranked && !config.objectives;
  let scored = 0, evaluations = 0, secondsInAll = 0;
  for (const { proposal: { index, verdict, score }, seconds } of timed(run.outcomes(), sessions)) {
    // A search that goes on has written more since its summary was read.
    if (index >= proposals) break;
    secondsInAll = seconds;
    (bins[Math.floor(index / binSize)] ??= noVerdicts())[verdict]++;
    if (!isEvaluation({ verdict })) continue;
    evaluations++;
    meter.count(seconds, index);
    if (score === null) continue;
    scores[scored++] = score;
    if (comparable) line.offer({ proposal: index, evaluations, score });
  }
  const histogram = histogramOf(scores.subarray(0, scored));
  return { proposals, stride, best: line.points, histogram, bins, binSize, seconds: secondsInAll, speed: meter.speed };
}
