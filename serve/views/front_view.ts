/** The front of a search as a picture shows it. */
import { type RunFront, runFront, type RunReader, type RunSummary } from "../../core/io/mod.ts";
import { ConfigError } from "../../core/search/mod.ts";

/** The most candidates whose costs are counted: counting a million takes minutes. */
const MOST_COUNTED = 4000;

/** A candidate by two objectives. */
export interface FrontDot {
  /** Its proposal. */
  readonly proposal: number;
  /** The first objective. */
  readonly x: number;
  /** The second one. */
  readonly y: number;
}

/** Candidates by the first two objectives of a search, and those of them in its front. */
export interface FrontView {
  /** The objectives as a configuration writes them: of score and cost, the cost is first. */
  readonly axes: readonly [x: string, y: string];
  /** Candidates. */
  readonly dots: readonly FrontDot[];
  /** Those among them that no other one is better than, by all objectives. */
  readonly front: readonly FrontDot[];
  /** One of so many scored candidates is among the dots. */
  readonly every: number;
}

/** The best ones, and of all others one of so many. */
function* sampled(run: RunReader, { every, best }: { readonly every: number; readonly best: ReadonlySet<number> }) {
  let scored = 0;
  for (const proposal of run.proposals()) {
    if (proposal.verdict === "scored" && (scored++ % every === 0 || best.has(proposal.index))) yield proposal;
  }
}

function viewOf({ objectives, candidates, front }: RunFront, every: number): FrontView | null {
  const names = Object.keys(candidates[0]?.objectives ?? {});
  if (names.length < 2) return null;
  const [y, x] = names as [string, string];
  const dot = ({ index, objectives: values }: RunFront["front"][number]): FrontDot => (
    { proposal: index, x: values[x]!, y: values[y]! }
  );
  return { axes: [objectives[1]!, objectives[0]!], dots: candidates.map(dot), front: front.map(dot), every };
}

/**
 * The front of a run by its own objectives, or by score and parameters. Of long runs it is that of a sample and of the best
 * candidates by score. Null where scores are ranks, which do not compare, or nothing can be counted. Throws RunStoreError.
 */
export function frontView(run: RunReader, summary: RunSummary, best: readonly number[]): FrontView | null {
  if (summary.ranked && !summary.config.objectives) return null;
  const every = Math.max(1, Math.ceil(summary.counts.scored / MOST_COUNTED));
  try {
    const proposals = () => sampled(run, { every, best: new Set(best) });
    return viewOf(runFront({ summary: () => summary, proposals }), every);
  } catch (error) {
    // Objectives that a module defines are unknown to who only looks.
    if (error instanceof ConfigError) return null;
    throw error;
  }
}
