/** The front of a run: the candidates that no other one is better than in every objective, and how it grew. */
import { ShapeError } from "../../graph/shape.ts";
import { StructureSyntaxError } from "../../networks/masternet/mod.ts";
import {
  ConfigError,
  FrontArchive,
  type FrontCandidate,
  type FrontPoint,
  hypervolume,
  minimised,
  type Objective,
  objectivesOf,
  objectiveTerm,
  objectiveValues,
  parseUnloadedConfig,
  SCORE,
} from "../../search/mod.ts";
import { StructureReader } from "./costs.ts";
import type { RecordedProposal } from "./database.ts";
import type { RunReader, RunSummary } from "./reader.ts";
import { timedProposals } from "./rows.ts";

/** By what a front is taken, and up to where its hypervolume is measured. */
export interface FrontOptions {
  /** Objectives as a configuration writes them. Default: the run's, or `score` and `-params`. */
  readonly objectives?: readonly string[] | undefined;
  /** The reference point, one value an objective as it is. Default: the worst value of each among all candidates. */
  readonly reference?: readonly number[] | undefined;
}

/** A candidate with its objectives, and when it was recorded. */
export interface RatedCandidate extends FrontCandidate {
  /** The objectives as numbers of which lower is better. */
  readonly point: readonly number[];
  /** Seconds of searching until it was recorded. */
  readonly seconds: number;
}

/** The hypervolume after a candidate joined the front. */
export interface HypervolumeStep {
  /** The candidate's proposal. */
  readonly index: number;
  /** Candidates with objectives up to then. */
  readonly evaluations: number;
  /** Seconds of searching until then. */
  readonly seconds: number;
  /** Candidates in the front. */
  readonly front: number;
  /** The hypervolume, in the product of the objectives' units. */
  readonly hypervolume: number;
}

/** The front of a run. */
export interface RunFront {
  /** The objectives as a configuration writes them. */
  readonly objectives: readonly string[];
  /** The front, in the order of proposals. */
  readonly front: readonly FrontCandidate[];
  /** All candidates that have every objective, in the order of proposals. */
  readonly candidates: readonly RatedCandidate[];
  /** Candidates that could not be counted, such as those with blocks of a module that is not loaded. */
  readonly uncounted: number;
  /** The reference point by the names of the objectives; undefined where no candidate has objectives. */
  readonly reference: Readonly<Record<string, number>> | undefined;
  /** How the hypervolume grew, in at most {@link MOST_STEPS} steps of those at which the front changed; the last is there. */
  course(): readonly HypervolumeStep[];
}

/** The most steps of a course: more cannot be told apart. */
export const MOST_STEPS = 200;

/** The objectives that a run's front is taken by unless told. */
function textsOf({ config, ranked }: RunSummary, asked: readonly string[] | undefined): readonly string[] {
  const texts = asked ?? config.objectives ?? [SCORE, "-params"];
  if (!ranked || !texts.includes(SCORE) && !texts.includes(`-${SCORE}`)) return texts;
  const expected = "the proxies by name, as scores of this run are ranks, which do not compare over time";
  throw new ConfigError("settings", [{ path: "objectives", expected, got: texts.join(",") }]);
}

/** A proposal that has a score. */
type ScoredProposal = Extract<RecordedProposal, { readonly verdict: "scored" }>;

/** Finds the values of candidates: those of the journal, or counted anew. */
class Rater {
  readonly objectives: readonly Objective[];
  readonly #reader = new StructureReader();

  constructor(objectives: readonly Objective[]) {
    this.objectives = objectives;
  }

  /** The values of a candidate; undefined where they cannot be counted. Throws ConfigError for an objective it does not have. */
  rate(proposal: ScoredProposal): Readonly<Record<string, number>> | undefined {
    const known = objectiveValues(this.objectives, proposal),
      lacking = this.objectives.filter(({ name }) => Number.isNaN(known[name]));
    try {
      const counted = lacking.map((objective) => [objective.name, this.#measure(objective, proposal)] as const);
      return { ...known, ...Object.fromEntries(counted) };
    } catch (error) {
      if (error instanceof StructureSyntaxError || error instanceof ShapeError) return undefined;
      throw error;
    }
  }

  #measure({ name, measure }: Objective, { structure, parts = {} }: ScoredProposal): number {
    if (measure) return measure(this.#reader.read(structure));
    const expected = [SCORE, ...Object.keys(parts), "or a cost such as params, flops, layers"].join(", ");
    throw new ConfigError("settings", [{ path: "objectives", expected, got: name }]);
  }
}

/** All scored candidates with their objectives. */
function ratedCandidates(run: Pick<RunReader, "summary" | "proposals">, rater: Rater) {
  const candidates: RatedCandidate[] = [];
  let uncounted = 0;
  for (const { proposal, seconds } of timedProposals(run)) {
    if (proposal.verdict !== "scored") continue;
    const objectives = rater.rate(proposal), { index, structure, score } = proposal;
    if (!objectives) uncounted++;
    else {candidates.push({
        index,
        structure,
        score,
        objectives,
        seconds,
        point: minimised(rater.objectives, objectives),
      });}
  }
  return { candidates, uncounted };
}

/** The worst of all points in each number. */
function worstOf(points: readonly (readonly number[])[]): readonly number[] | undefined {
  return points[0]?.map((_, place) => points.reduce((worst, point) => Math.max(worst, point[place]!), -Infinity));
}

/** The steps at which the front changed, thinned, with the hypervolume after each. */
function courseOf(candidates: readonly RatedCandidate[], reference: readonly number[]): readonly HypervolumeStep[] {
  const archive = new FrontArchive(), steps: (() => HypervolumeStep)[] = [];
  for (const [place, { index, seconds, point }] of candidates.entries()) {
    if (!archive.offer({ objectives: point })) continue;
    const points = archive.points.map(({ objectives }) => objectives);
    steps.push(() => (
      { index, evaluations: place + 1, seconds, front: points.length, hypervolume: hypervolume(points, reference) }
    ));
  }
  const every = Math.max(1, Math.ceil(steps.length / MOST_STEPS));
  return steps.filter((_, place) => (steps.length - 1 - place) % every === 0).map((step) => step());
}

/**
 * The front of a run by its objectives or by others. Values come from the journal; costs that are not in it are counted. Throws
 * RunStoreError, and ConfigError for objectives that its candidates do not have.
 *
 * @example
 * ```ts
 * import { createRun, openRunForReading, parseConfig, runFront } from "@zennas/zennas";
 * const structure = (layers: number) => `SuperConvK3BNRELU(3,8,1,${layers})`, directory = `${await Deno.makeTempDir()}/run`;
 * const settings = { proxy: "zen", space: "XXBL", initialStructure: structure(1), resolution: 32, classes: 10 };
 * {
 *   using store = createRun(directory, parseConfig(settings));
 *   [2, 5, 3].forEach((score, index) => store.append({ index, structure: structure(index + 1), verdict: "scored", score }));
 * }
 * using run = openRunForReading(directory);
 * const { front } = runFront(run, { objectives: ["score", "-layers"] });
 * if (front.map(({ index }) => index).join() !== "0,1") throw new Error(JSON.stringify(front));
 * ```
 */
export function runFront(run: Pick<RunReader, "summary" | "proposals">, options: FrontOptions = {}): RunFront {
  const summary = run.summary(), texts = textsOf(summary, options.objectives);
  const config = parseUnloadedConfig({ ...summary.config, objectives: texts }, "the objectives");
  const objectives = objectivesOf(config)!, { candidates, uncounted } = ratedCandidates(run, new Rater(objectives));
  const archive = new FrontArchive<FrontPoint & { readonly candidate: FrontCandidate }>();
  for (const { point, index, structure, score, objectives: values } of candidates) {
    archive.offer({ objectives: point, candidate: { index, structure, score, objectives: values } });
  }
  const names = texts.map((text) => objectiveTerm(text)!.name),
    worst = referenceOf(options.reference, { objectives, candidates });
  return {
    objectives: texts,
    front: archive.points.map(({ candidate }) => candidate),
    candidates,
    uncounted,
    reference: worst &&
      Object.fromEntries(minimised(objectives, byName(names, worst)).map((value, place) => [names[place]!, value])),
    course: () => worst ? courseOf(candidates, worst) : [],
  };
}

const byName = (names: readonly string[], values: readonly number[]): Readonly<Record<string, number>> =>
  Object.fromEntries(names.map((name, place) => [name, values[place]!]));

/** The reference point as numbers of which lower is better. Throws ConfigError where it has another number of values. */
function referenceOf(
  given: readonly number[] | undefined,
  { objectives, candidates }: {
    readonly objectives: readonly Objective[];
    readonly candidates: readonly RatedCandidate[];
  },
): readonly number[] | undefined {
  if (!given) return worstOf(candidates.map(({ point }) => point));
  const names = objectives.map(({ name }) => name);
  if (given.length === names.length) return minimised(objectives, byName(names, given));
  throw new ConfigError("settings", [{ path: "reference", expected: `${names.length} numbers`, got: given.join(",") }]);
}
