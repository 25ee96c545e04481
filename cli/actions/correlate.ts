/** What `zen correlate` does. */
import type { Backend } from "../../core/graph/backend.ts";
import { chooseProxies, type ChosenProxy, loadBenchmark, ScoreTable } from "../../core/io/mod.ts";
import { comparisonSettings, sampleNetworks } from "../../core/nasbench/mod.ts";
import type { CorrelateOptions } from "../commands/correlate.ts";
import { report } from "../correlate/report.ts";
import { type ComparisonTask, scoreAll } from "../correlate/work.ts";
import { describeDevice, openDevice } from "../device.ts";

async function taskOf(options: CorrelateOptions): Promise<ComparisonTask> {
  const { sample, sampleSeed, seeds } = options;
  const chosen: readonly ChosenProxy[] = await chooseProxies(options.proxy);
  const { benchmark, networks } = await loadBenchmark(options);
  return {
    benchmark,
    dataSet: options.dataSet,
    networks: sampleNetworks(networks, benchmark, { count: sample, seed: sampleSeed }),
    chosen,
    seeds: Array.from({ length: seeds }, (_, index) => index + 1),
    settings: comparisonSettings(options),
    sampleSeed,
  };
}

/** Scores what is missing, compares the scores with the accuracies, and writes the results. */
export async function correlate(options: CorrelateOptions): Promise<void> {
  const task = await taskOf(options), { benchmark, dataSet, settings } = task;
  const out = options.out ?? `runs/correlate-${benchmark.name}-${dataSet}`;
  await Deno.mkdir(out, { recursive: true });
  using table = new ScoreTable(`${out}/scores.sqlite`, { benchmark: benchmark.name, dataSet, ...settings });
  const site = { table, out, json: options.json ?? false };
  if (!task.chosen.some(({ proxy }) => proxy.needsBackend)) {
    await scoreAll(task, { table });
    return await report(task, { ...site, device: "none" });
  }
  await using backend: Backend = await openDevice(options);
  await scoreAll(task, { table, backend });
  await report(task, { ...site, device: describeDevice(backend) });
}
