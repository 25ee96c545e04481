/** Groups: several runs that share submissions and one readback, because each of these costs time whatever its size. */
import { seedKey } from "../../core/numeric/random.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import type { StateId } from "./held_buffers.ts";
import type { Plan, PlannedDispatch } from "./plan.ts";

/** One run of a plan. */
export interface PlanRun {
  readonly plan: Plan;
  readonly options: Pick<RunOptions, "seed" | "draw">;
  /** Constants and feeds, as `planUploads` places them. */
  readonly uploads: Float32Array<ArrayBuffer>;
  /** The state that it reads and replaces. */
  readonly state?: StateId;
}

/** The most runs of a group. */
export const GROUP_RUNS = 16;

/** The most elements that a group uploads, so that the feeds of waiting runs do not fill memory. */
const GROUP_UPLOADS = 2 ** 22;

/** How many runs from the front of a queue form the next group: at least one. */
export function groupSize(queue: readonly PlanRun[]): number {
  let elements = 0, count = 0;
  for (const { uploads } of queue.slice(0, GROUP_RUNS)) {
    elements += uploads.length;
    if (count > 0 && elements > GROUP_UPLOADS) break;
    count++;
  }
  return count;
}

/** Where the parameters (words), uploads and results of each run begin in those of the group. */
export interface GroupLayout {
  readonly words: readonly number[];
  readonly uploads: readonly number[];
  readonly results: readonly number[];
  readonly totals: { readonly words: number; readonly uploads: number; readonly results: number };
}

/** Elements of all outputs of a plan. */
export const resultElements = ({ outputs }: Plan): number => outputs.reduce((sum, count) => sum + count, 0);

/** Lays out the runs of a group one after the other. */
export function layOutGroup(runs: readonly PlanRun[]): GroupLayout {
  const words: number[] = [], uploads: number[] = [], results: number[] = [];
  const totals = { words: 0, uploads: 0, results: 0 };
  for (const run of runs) {
    words.push(totals.words);
    uploads.push(totals.uploads);
    results.push(totals.results);
    totals.words += run.plan.words.length;
    totals.uploads += run.uploads.length;
    totals.results += resultElements(run.plan);
  }
  return { words, uploads, results, totals };
}

/**
 * Copies a plan's parameters into those of the group, and fills in the words that differ from run to run: seed, draw,
 * and where uploads and results begin.
 */
export function writeWords(run: PlanRun, index: number, { layout, words }: {
  readonly layout: GroupLayout;
  readonly words: Uint32Array;
}): void {
  const { plan: { words: planned, patches }, options: { seed = 0, draw = 0 } } = run;
  const start = layout.words[index]!, seeds = [...seedKey(seed), draw];
  words.set(planned, start);
  let next = 0;
  for (const { word, by } of patches) {
    const at = start + word;
    if (by === "seed") words[at] = seeds[next++ % seeds.length]!;
    else words[at]! += by === "upload" ? layout.uploads[index]! : layout.results[index]!;
  }
}

/** A dispatch, where its run's parameters begin, in words, among those of the group, and its run's state. */
export interface PlacedDispatch {
  readonly dispatch: PlannedDispatch;
  readonly start: number;
  readonly state?: StateId | undefined;
}

/** The dispatches of a group, in order. */
export function placeDispatches(runs: readonly PlanRun[], { words }: GroupLayout): PlacedDispatch[] {
  return runs.flatMap(({ plan: { dispatches }, state }, index) =>
    dispatches.map((dispatch) => ({ dispatch, start: words[index]!, state }))
  );
}

/** Dispatches in order, in portions that each end with the dispatch that brings them to `macs` multiply-adds. */
export function portions(dispatches: readonly PlacedDispatch[], macs: number): PlacedDispatch[][] {
  const all: PlacedDispatch[][] = [];
  let room = 0;
  for (const placed of dispatches) {
    if (room <= 0) {
      all.push([]);
      room = macs;
    }
    all.at(-1)!.push(placed);
    room -= placed.dispatch.macs;
  }
  return all;
}

/** A group's results, cut into each run's outputs. */
export function cutResults(
  runs: readonly PlanRun[],
  layout: GroupLayout,
  results: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer>[][] {
  return runs.map(({ plan }, index) => {
    let at = layout.results[index]!;
    return plan.outputs.map((count) => results.slice(at, at += count));
  });
}
