/**
 * Runs searches under a limit of processor time or evaluations, and counts the candidates that a race dropped wrongly.
 */
import process from "node:process";
import { loadPreset } from "../core/io/mod.ts";
import { parseStructure } from "../core/networks/masternet/mod.ts";
import { scorerOf, screensOf } from "../core/search/scorer.ts";
import {
  budgetsOf,
  type EvolutionOptions,
  evolve,
  initialStructures,
  Member,
  Population,
  type Proposal,
  publishedSpaces,
  type SearchConfig,
  type VerdictCounts,
} from "../core/search/mod.ts";
import { openCpu } from "../kernels/mod.ts";

/** When a search ends. */
export type Limits = { readonly cpuSeconds: number } | { readonly evaluations: number };

/** A kind of search: the settings in which it differs from the preset. */
export interface SearchKind {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** One search to run. */
export interface SearchTask extends SearchKind {
  readonly seed: number;
  readonly limits: Limits;
}

/** The results of a search. */
export interface SearchRecord {
  readonly name: string;
  readonly seed: number;
  readonly limits: Limits;
  readonly best: number;
  readonly cpuSeconds: number;
  readonly proposals: number;
  readonly counts: VerdictCounts;
  /** The best score after each tenth of the time or evaluations. */
  readonly curve: readonly number[];
  /** Candidates that the race dropped although their whole score would have entered the population. */
  readonly wronglyOutraced?: number;
}

/**
 * All searches use this preset, and settings that keep only two proposals in flight, since there is a single worker.
 */
const PRESET = "zen-cifar-params1M", FIXED = { window: 2, maxProposals: 1_000_000 } as const;

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function configOf({ settings, seed }: SearchTask): Promise<SearchConfig> {
  return await loadPreset(PRESET, { ...FIXED, ...settings, seed });
}

function evolutionOf(config: SearchConfig): Omit<EvolutionOptions, "score"> {
  return {
    space: publishedSpaces.XXBL,
    initial: initialStructures(config),
    budgets: budgetsOf(config),
    population: config.population,
    window: config.window,
    seed: config.seed,
    maxProposals: config.maxProposals,
    screens: screensOf(config),
    race: config.race,
  };
}

/** The progress of a search, from 0 to 1. */
function progress(limits: Limits, { seconds, evaluations }: { seconds: number; evaluations: number }): number {
  return "cpuSeconds" in limits ? seconds / limits.cpuSeconds : evaluations / limits.evaluations;
}

/**
 * How many of the candidates that a race dropped would have entered the population with their whole score. The
 * population is taken as it was when their result entered the search.
 */
async function wronglyOutraced(config: SearchConfig, journal: readonly Proposal[]): Promise<number> {
  await using backend = await openCpu({ workers: 1 });
  const score = scorerOf({ ...config, race: undefined }, { backend }), population = new Population(config.population);
  let wrong = 0;
  for (const proposal of journal) {
    if (proposal.verdict === "scored") population.enter(new Member(proposal));
    if (proposal.verdict !== "outraced") continue;
    const whole = await score(parseStructure(proposal.structure), proposal) as number;
    if (whole >= population.members.at(-1)!.score) wrong++;
  }
  return wrong;
}

/** Runs a search until its limit. Proposals that are still in flight then are not counted. */
export async function runSearchFor(task: SearchTask): Promise<SearchRecord> {
  const { name, seed, limits } = task, config = await configOf(task);
  await using backend = await openCpu({ workers: 1 });
  const stop = new AbortController(), journal: Proposal[] = [], curve: number[] = [], from = cpuSeconds();
  let record: Pick<SearchRecord, "best" | "cpuSeconds" | "proposals" | "counts"> | undefined;
  await evolve({
    ...evolutionOf(config),
    score: scorerOf(config, { backend }),
    signal: stop.signal,
    onEvent({ proposal, proposals, counts, evaluations, best }) {
      if (stop.signal.aborted) return;
      journal.push(proposal);
      const seconds = cpuSeconds() - from, share = progress(limits, { seconds, evaluations });
      while (curve.length < Math.min(10, Math.floor(share * 10))) curve.push(best?.score ?? -Infinity);
      if (share < 1) return;
      record = { best: best!.score, cpuSeconds: seconds, proposals, counts };
      stop.abort();
    },
  });
  const whole = { name, seed, limits, ...record!, curve };
  return config.race ? { ...whole, wronglyOutraced: await wronglyOutraced(config, journal) } : whole;
}
