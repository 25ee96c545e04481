/** Tries one mutant: writes it into a copy of the tree and runs tests until one fails. */
import { isAffordable, orderTests, timeLimitMs } from "./choice.ts";
import { type Measurement, testsOfLine } from "./coverage.ts";
import { applyMutant, type Mutant } from "./mutants.ts";
import { runTests } from "./test_run.ts";
import type { TreeCopy } from "./tree.ts";

/** How a trial ended. A mutant that no test runs survived too, but needs another cure. */
export type Verdict = "killed" | "survived" | "notCovered";

/** What is known of a mutant after its trial. */
export interface Result {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  /** Wall time of all its tests. */
  readonly ms: number;
  /** The files whose tests ran. */
  readonly tried: readonly string[];
  /** How many more cover the line but did not fit the budget. */
  readonly untried: number;
  /** The test that failed in the last file, for one that was killed, or in parentheses why there is none. */
  readonly failed?: string;
}

/** What a trial needs. */
export interface TrialOptions {
  readonly copy: TreeCopy;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly measurements: readonly Measurement[];
  /** Wall time of one mutant's tests, beyond which no further one starts. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
}

async function runUntilCaught(mutant: Mutant, options: TrialOptions): Promise<Result> {
  const { copy, measurements, budgetMs, signal } = options;
  const tests = orderTests(mutant.path, testsOfLine(measurements, mutant)), tried: string[] = [];
  let ms = 0;
  for (const test of tests) {
    if (!isAffordable(test, { ms, budgetMs })) continue;
    const run = await runTests(test.path, { copy, limitMs: timeLimitMs(test), signal });
    tried.push(test.path);
    ms += run.ms;
    if (run.failed === undefined) continue;
    return { mutant, verdict: "killed", ms, tried, untried: 0, failed: run.failed };
  }
  const verdict = tests.length === 0 ? "notCovered" : "survived";
  return { mutant, verdict, ms, tried, untried: tests.length - tried.length };
}

/** Tries a mutant and restores the copy. Throws the signal's reason when it is aborted. */
export async function tryMutant(mutant: Mutant, options: TrialOptions): Promise<Result> {
  const { copy, files } = options, source = files.get(mutant.path)!;
  await copy.write(mutant.path, applyMutant(new TextDecoder().decode(source), mutant));
  try {
    return await runUntilCaught(mutant, options);
  } finally {
    await copy.write(mutant.path, source);
  }
}
