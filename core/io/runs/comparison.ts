/** In what two runs differ. */
import type { Proposal } from "../../search/mod.ts";
import { type Difference, differences } from "./differences.ts";
import type { RunReader, RunSummary } from "./reader.ts";

/** The first proposals of two runs that are not the same; null where a journal has ended. */
export interface Parting {
  /** The proposals' number. */
  readonly index: number;
  /** The first run's. */
  readonly a: Proposal | null;
  /** The second run's. */
  readonly b: Proposal | null;
}

/** In what two runs differ. */
export interface RunComparison {
  /** The state of the first. */
  readonly a: RunSummary;
  /** The state of the second. */
  readonly b: RunSummary;
  /** Settings that are not the same. */
  readonly config: readonly Difference[];
  /** In what the processes that last wrote them differ; process ids aside. */
  readonly machine: readonly Difference[];
  /** Proposals that are the same in both, from the first on. */
  readonly common: number;
  /** Null if the journals are the same. */
  readonly parting: Parting | null;
}

/**
 * Compares two runs: settings, machines and journals, times aside. Throws RunStoreError.
 *
 * @example
 * ```ts
 * import { compareRuns, createRun, openRunForReading, parseConfig } from "@zennas/zennas";
 * const structure = "SuperConvK3BNRELU(3,8,1,1)", directory = await Deno.makeTempDir();
 * const settings = { proxy: "params", space: "XXBL", initialStructure: structure, resolution: 32, classes: 10 };
 * for (const seed of [1, 2]) {
 *   using store = createRun(`${directory}/${seed}`, parseConfig({ ...settings, seed }));
 *   store.append({ index: 0, structure, verdict: "scored", score: seed });
 * }
 * using a = openRunForReading(`${directory}/1`), b = openRunForReading(`${directory}/2`);
 * const { config, parting } = compareRuns(a, b);
 * if (config[0]?.path !== "seed" || parting?.index !== 0) throw new Error(JSON.stringify({ config, parting }));
 * ```
 */
export function compareRuns(a: RunReader, b: RunReader): RunComparison {
  const [first, second] = [a.summary(), b.summary()], parting = partingOf(a, b);
  return {
    a: first,
    b: second,
    config: differences(first.config, second.config),
    machine: differences(machineOf(first), machineOf(second)),
    common: parting ? parting.index : Math.min(first.proposals, second.proposals),
    parting,
  };
}

function machineOf({ sessions }: RunSummary): object {
  const { pid: _, ...machine } = sessions.at(-1)?.machine ?? {};
  return machine;
}

function partingOf(a: RunReader, b: RunReader): Parting | null {
  using ours = untimed(a), theirs = untimed(b);
  for (let index = 0;; index++) {
    const mine = ours.next().value ?? null, other = theirs.next().value ?? null;
    if (mine === null && other === null) return null;
    if (differences(mine, other).length > 0) return { index, a: mine, b: other };
  }
}

/** The proposals without their times. */
function* untimed(run: RunReader): Generator<Proposal, undefined> {
  for (const { timeMs: _, ...proposal } of run.proposals()) yield proposal;
  return undefined;
}
