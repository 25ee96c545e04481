/** Runs for tests. */
import {
  openRunForReading,
  parseConfig,
  printStructure,
  type Proposal,
  referenceCost,
  runSearch,
  type RunStore,
  type SearchConfig,
  type Structure,
} from "@zennas/zennas";
import { initial } from "../search/search_case.ts";

/** A small search by parameters. */
export function smallConfig(settings: object = {}): SearchConfig {
  return parseConfig({
    proxy: "params",
    space: "XXBL",
    initialStructure: printStructure(initial),
    resolution: 32,
    classes: 100,
    budgets: { params: 300_000 },
    population: 24,
    window: 8,
    maxProposals: 300,
    ...settings,
  });
}

/** Scores parameters at once. */
export function scoreParams(structure: Structure): Promise<number> {
  return Promise.resolve(referenceCost(structure, { resolution: 32, classes: 100 }).parameters);
}

/** The journal of a run, times aside. */
export function journalIn(directory: string): readonly Proposal[] {
  using run = openRunForReading(directory);
  return [...run.proposals()].map(({ timeMs: _, ...proposal }) => proposal);
}

/** Searches to the end. */
export function search(store: RunStore): ReturnType<typeof runSearch> {
  return runSearch({ store, score: scoreParams });
}

/** A directory that is removed when the test ends. */
export class TemporaryDirectory implements Disposable {
  readonly path: string = Deno.makeTempDirSync();

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
