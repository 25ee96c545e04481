/** What `zen correlate` does. */
import { createHash } from "node:crypto";
import { basename, relative } from "node:path";
import type { Backend } from "../../core/graph/backend.ts";
import {
  chooseProxies,
  type ChosenProxy,
  loadBenchmark,
  moduleHashes,
  scoreOrigin,
  ScoreTable,
} from "../../core/io/mod.ts";
import { comparisonSettings, sampleNetworks } from "../../core/nasbench/mod.ts";
import type { CorrelateOptions } from "../commands/correlate.ts";
import { kernelsOf } from "../../kernels/identity.ts";
import { report } from "../correlate/report.ts";
import { type ComparisonTask, scoreAll } from "../correlate/work.ts";
import { describeDevice, openDevice } from "../device.ts";
import { inFile } from "../errors.ts";
import { guard, watchModules } from "../watch/guard.ts";

async function taskOf(options: CorrelateOptions): Promise<Omit<ComparisonTask, "guard">> {
  const { sample, sampleSeed, seeds, resolution, classes, se } = options;
  const chosen: readonly ChosenProxy[] = await chooseProxies(options.proxy);
  const { benchmark, networks } = await loadBenchmark(options);
  return {
    benchmark,
    dataSet: options.dataSet,
    networks: await inFile(
      options.data ?? options.benchmark,
      () => sampleNetworks(networks, benchmark, { count: sample, seed: sampleSeed }),
    ),
    chosen,
    seeds: Array.from({ length: seeds }, (_, index) => index + 1),
    settings: comparisonSettings(options),
    sampleSeed,
    form: { resolution, classes, se },
    modules: options.module && Object.values(await moduleHashes(options.module)),
  };
}

/** Opens the table of scores; those of proxies without a device do not depend on one. */
function openTable(out: string, task: Omit<ComparisonTask, "guard">, kernels?: string): ScoreTable {
  const { benchmark, dataSet, settings, chosen, form, modules } = task;
  return new ScoreTable(`${out}/scores.sqlite`, (name) => {
    const one = chosen.find(({ key }) => key === name)!;
    const device = one.proxy.needsBackend ? { kernels } : {};
    return scoreOrigin(one, { benchmark: benchmark.name, dataSet, ...form, ...settings, ...device, modules });
  });
}

/** A folder of its own for each benchmark and data set; a CSV is told by its path from here. */
function defaultFolder({ benchmark, dataSet }: CorrelateOptions): string {
  if (!benchmark.endsWith(".csv")) return `runs/correlate-${benchmark}-${dataSet}`;
  const hash = createHash("sha256").update(relative(".", benchmark)).digest("hex").slice(0, 8);
  return `runs/correlate-${basename(benchmark, ".csv")}-${hash}-${dataSet}`;
}

/** Scores what is missing, compares the scores with the accuracies, and writes the results. */
export async function correlate(options: CorrelateOptions): Promise<void> {
  const asked = await taskOf(options), { timeout } = options;
  using watch = await watchModules(options, asked.chosen);
  const task = { ...asked, guard: guard({ timeout, watch }) };
  const out = options.out ?? defaultFolder(options);
  await Deno.mkdir(out, { recursive: true });
  const site = { out, json: options.json ?? false }, hidden = site.json || options.quiet;
  if (!task.chosen.some(({ proxy }) => proxy.needsBackend)) {
    using table = openTable(out, task);
    await scoreAll(task, { table, hidden });
    return await report(task, { ...site, table, device: "none" });
  }
  await using backend: Backend = await openDevice(options);
  using table = openTable(out, task, await kernelsOf(backend.device.backend, options.precision));
  await scoreAll(task, { table, backend, hidden });
  await report(task, { ...site, table, device: describeDevice(backend) });
}
