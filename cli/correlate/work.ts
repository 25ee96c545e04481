/** The work of `zen correlate`: every proxy on every network under every seed, each once. */
import type { Backend } from "../../core/graph/backend.ts";
import type { Benchmark, ComparisonSettings, Sample, ScoreRow } from "../../core/nasbench/mod.ts";
import type { BenchmarkSource, ChosenProxy, ScoreTable } from "../../core/io/mod.ts";
import { type NetworkDesign, scoreDraw } from "../../core/scoring/mod.ts";
import { mapInOrder } from "../concurrency.ts";
import { failsCandidate } from "../../core/scoring/candidate_error.ts";
import { ProgressLine, WorkPace } from "../progress.ts";
import type { Guard } from "../watch/guard.ts";

/** What is compared. */
export interface ComparisonTask extends Sample {
  readonly benchmark: Benchmark;
  readonly dataSet: string;
  readonly chosen: readonly ChosenProxy[];
  readonly settings: ComparisonSettings;
  /** What was asked of the networks' form. */
  readonly form?: Pick<BenchmarkSource, "resolution" | "classes" | "se">;
  /** Runs a proxy on a network. */
  readonly guard: Guard;
  /** Hashes of the modules that may define the networks' blocks and the proxies. */
  readonly modules?: readonly string[] | undefined;
}

/** Where scores come from and go to. */
interface ScoringSite {
  readonly table: ScoreTable;
  readonly backend?: Backend;
  /** Shows no progress. */
  readonly hidden?: boolean | undefined;
}

/** One network under one seed, by the proxies whose score is missing. */
interface Step {
  readonly network: string;
  readonly seed: number;
  readonly missing: readonly ChosenProxy[];
}

function missingSteps({ networks, seeds, chosen }: ComparisonTask, table: ScoreTable): readonly Step[] {
  const steps = networks.flatMap(({ text: network }) =>
    seeds.map((seed) => ({
      network,
      seed,
      missing: chosen.filter(({ key }) => !table.has({ network, proxy: key, seed })),
    }))
  );
  return steps.filter(({ missing }) => missing.length > 0);
}

async function rowOf(
  design: NetworkDesign,
  { proxy, key, variant, label }: ChosenProxy,
  { settings, network, seed, backend, guard }: Pick<Step, "network" | "seed"> & {
    readonly settings: ComparisonSettings;
    readonly backend: Backend | undefined;
    readonly guard: Guard;
  },
): Promise<ScoreRow> {
  const from = performance.now();
  const row = (result: Pick<ScoreRow, "value" | "parts" | "error">): ScoreRow => ({
    network,
    proxy: key,
    seed,
    seconds: (performance.now() - from) / 1000,
    ...result,
  });
  const weights = settings.weights === "own" ? proxy.weights ?? "scaled" : settings.weights;
  try {
    const by = { proxy, label, backend, settings: { ...settings, weights, variant, seed, draw: 0 } };
    const what = { what: `score by ${label}`, structure: design.text };
    const { value, parts = {} } = await guard(() => scoreDraw(design, by), what);
    const finite = Number.isFinite(value);
    return row({ value: finite ? value : null, parts, error: finite ? null : `the score is not finite: got ${value}` });
  } catch (error) {
    if (!failsCandidate(error)) throw error;
    return row({ value: null, parts: {}, error: error.message });
  }
}

/** Takes all scores that the table lacks, and tells how long that will go on. */
export async function scoreAll(task: ComparisonTask, { table, backend, hidden }: ScoringSite): Promise<void> {
  const steps = missingSteps(task, table), pace = new WorkPace(steps.length, "networks and seeds scored");
  const work = async ({ network, seed, missing }: Step): Promise<readonly ScoreRow[]> => {
    const design = task.benchmark.design(network), { settings, guard } = task;
    const rows: ScoreRow[] = [];
    // One proxy at a time, so that the seconds of each are its own.
    for (const chosen of missing) rows.push(await rowOf(design, chosen, { settings, network, seed, backend, guard }));
    return rows;
  };
  using line = new ProgressLine({ hidden });
  for await (const rows of mapInOrder(steps, backend?.concurrency ?? 1, work)) {
    for (const row of rows) table.add(row);
    pace.count();
    line.update(() => pace.progress());
  }
}
