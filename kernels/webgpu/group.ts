/** Groups: runs whose dispatches share submissions and one readback. */
import { seedKey } from "../../core/numeric/random.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import type { Plan } from "./plan.ts";

/** One run of a plan. */
export interface PlanRun {
  readonly plan: Plan;
  readonly options: Pick<RunOptions, "seed" | "draw">;
  /** Constants and feeds, as `planUploads` places them. */
  readonly uploads: Float32Array<ArrayBuffer>;
}

/** The most runs of a group. */
export const GROUP_RUNS = 16;

/** The most elements that a group uploads, so that feeds do not pile up. */
const GROUP_UPLOADS = 2 ** 22;

/** How many of the runs at the head of a queue make a group. */
export function groupSize(queue: readonly PlanRun[]): number {
  let elements = 0, count = 0;
  for (const { uploads } of queue.slice(0, GROUP_RUNS)) {
    elements += uploads.length;
    if (count > 0 && elements > GROUP_UPLOADS) break;
    count++;
  }
  return count;
}

/** Where each run of a group begins in the group's parameters, uploads and results. */
export interface GroupLayout {
  readonly words: readonly number[];
  readonly uploads: readonly number[];
  readonly results: readonly number[];
  readonly totals: { readonly words: number; readonly uploads: number; readonly results: number };
}

/** Elements that a plan's outputs have together. */
export const resultElements = ({ outputs }: Plan): number => outputs.reduce((sum, count) => sum + count, 0);

/** Lays the runs of a group one after the other. */
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

/** Writes a run's parameters into its group's, with what the plan leaves to the run. */
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
