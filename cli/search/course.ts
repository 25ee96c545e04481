/** The course of a search in a bounded number of points, however long it was. */
import { type RunReader, timedProposals } from "../../core/io/mod.ts";
import { Member, Population, type Proposal, type VerdictCounts } from "../../core/search/mod.ts";
import { noVerdicts } from "../../core/search/proposal.ts";

/** The most points of each kind: more cannot be told apart in a picture. */
const MOST = { steps: 300, dots: 600, bins: 60 } as const;

/** A place in a picture: proposal number and score. */
export type Point = readonly [proposal: number, score: number];

/** A search from its first to its last proposal. */
export interface SearchCourse {
  /** Scores of candidates: all, or every so many-th where there are too many. */
  readonly dots: readonly Point[];
  /** One of so many scores is among the dots. */
  readonly dotEvery: number;
  /** The highest score so far. */
  readonly best: readonly Point[];
  /** The population's median. */
  readonly median: readonly Point[];
  /** The population's lowest member. */
  readonly lowest: readonly Point[];
  /** Verdicts on equal numbers of successive proposals; the last bin may have fewer. */
  readonly bins: readonly VerdictCounts[];
  /** Proposals in a bin. */
  readonly binSize: number;
  /** Proposals in all. */
  readonly proposals: number;
  /** Seconds of searching. */
  readonly seconds: number;
}

/** A list to which points are added. */
type Line = [proposal: number, score: number][];

/**
 * Reads the course of a run. Where scores are ranks in the population, they cannot be compared over time, and with several
 * objectives the best score is not what is searched: then there are dots and bins alone. Throws RunStoreError.
 */
export function courseOf(run: Pick<RunReader, "summary" | "proposals">): SearchCourse {
  const { config, proposals, ranked, counts } = run.summary();
  const population = ranked || config.objectives ? undefined : new Population(config.population);
  const best: Line = [], median: Line = [], lowest: Line = [], dots: Line = [];
  const bins: Record<Proposal["verdict"], number>[] = [];
  const every = (most: number, of: number): number => Math.max(1, Math.ceil(of / most));
  const step = every(MOST.steps, proposals), binSize = every(MOST.bins, proposals);
  const dotEvery = every(MOST.dots, counts.scored);
  let highest = -Infinity, scored = 0, secondsInAll = 0;
  for (const { proposal, seconds } of timedProposals(run)) {
    const { index, verdict } = proposal;
    // A search that goes on has written more since its summary was read.
    if (index >= proposals) break;
    secondsInAll = seconds;
    (bins[Math.floor(index / binSize)] ??= noVerdicts())[verdict]++;
    if (verdict === "scored") {
      if (scored++ % dotEvery === 0) dots.push([index, proposal.score]);
      highest = Math.max(highest, proposal.score);
      population?.enter(new Member(proposal));
    }
    const members = population?.members ?? [];
    if (members.length === 0 || (index % step !== 0 && index !== proposals - 1)) continue;
    best.push([index, highest]);
    median.push([index, members[Math.floor(members.length / 2)]!.score]);
    lowest.push([index, members.at(-1)!.score]);
  }
  return { dots, dotEvery, best, median, lowest, bins, binSize, proposals, seconds: secondsInAll };
}
