/**
 * Makes docs/proxies.md: `deno task docs:proxies --data <folder> [--only <proxy>,…] [--benchmark <name>]
 * [--workers <n>] [--sample <networks>] [--redo] [--written]`.
 *
 * Scores are saved to docs/data every minute and at the end of each proxy. A score that is there is not computed again,
 * whichever machine computed it. So a run that was stopped or killed continues where it was, and a run with few proxies
 * adds to the scores that exist. `--redo` computes the scores of the named proxies again; `--written` only writes the
 * document.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { comparisonSettings, sampleNetworks, type ScoreRow } from "../core/nasbench/mod.ts";
import { chooseProxies, loadBenchmark, replaceFile, scoreOrigin, ScoreTable } from "../core/io/mod.ts";
import { kernelsOf } from "../kernels/identity.ts";
import { environment } from "./environment.ts";
import {
  type BenchmarkData,
  benchmarks,
  dataPath,
  groups,
  madeOf,
  SAMPLE,
  SAMPLE_SEED,
  SEEDS,
} from "./proxy_comparisons.ts";
import { readProxyData, writeProxyData } from "./proxy_data.ts";
import { proxyDocument } from "./proxy_document.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/data" },
    runs: { type: "string", default: "runs/docs-proxies" },
    sample: { type: "string", default: `${SAMPLE}` },
    only: { type: "string" },
    benchmark: { type: "string" },
    workers: { type: "string" },
    redo: { type: "boolean", default: false },
    written: { type: "boolean", default: false },
  },
});

const kernels = await kernelsOf("cpu");

/** How often scores are copied to docs/data. */
const KEEP_EVERY_MS = 60_000;

/** One proxy on one benchmark. */
interface Comparison {
  readonly benchmark: BenchmarkData;
  readonly proxy: string;
  readonly batch: number;
  /** The table in docs/data that its scores are saved to. */
  readonly path: string;
  /** The folder of its run of `zen correlate`. */
  readonly folder: string;
}

function comparisonsOf(benchmark: BenchmarkData): Comparison[] {
  const all = groups.flatMap(({ batch, proxies }) =>
    proxies.filter((proxy) => !madeOf[proxy]).map((proxy) => ({
      benchmark,
      proxy,
      batch,
      path: dataPath(benchmark, batch),
      folder: `${values.runs}/${benchmark.name}-batch${batch}-${proxy.replaceAll(":", "-")}`,
    }))
  );
  if (values.only === undefined) return all;
  return values.only.split(",").map((name) => {
    const found = all.find(({ proxy }) => proxy === name);
    if (found) return found;
    throw new RangeError(`Cannot compare ${name} as the proxies are ${all.map(({ proxy }) => proxy).join(", ")}`);
  });
}

/** The run's table, its scores filed as `zen correlate` files those that it computes on the CPU. */
async function scoreTable({ benchmark, folder, batch, proxy }: Comparison): Promise<ScoreTable> {
  Deno.mkdirSync(folder, { recursive: true });
  const [chosen] = await chooseProxies(proxy), device = chosen!.proxy.needsBackend ? { kernels } : {};
  const settings = { benchmark: benchmark.name, dataSet: "cifar10", ...comparisonSettings({ batch }), ...device };
  return new ScoreTable(`${folder}/scores.sqlite`, () => scoreOrigin(chosen!, settings));
}

/**
 * Before a run: copies the proxy's scores from docs/data to the run's table, so that they are not computed again. With
 * `--redo`, deletes the proxy's scores from both.
 */
async function prepare(comparison: Comparison): Promise<void> {
  const { path, proxy, folder, benchmark } = comparison;
  const { networks, benchmark: space } = await loadBenchmark({
    benchmark: benchmark.name,
    data: `${values.data}/${benchmark.file}`,
  });
  const known = await readProxyData(path);
  const sample = sampleNetworks(networks, space, {
    count: Math.max(known.networks.length, Number(values.sample)),
    seed: SAMPLE_SEED,
  });
  const isOwn = (row: ScoreRow): boolean => row.proxy === proxy;
  if (values.redo) await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
  const rows = values.redo ? known.rows.filter((row) => !isOwn(row)) : known.rows;
  await Deno.mkdir("docs/data", { recursive: true });
  writeProxyData(path, { networks: sample, rows });
  using table = await scoreTable(comparison);
  for (const row of rows.filter(isOwn)) if (!table.has(row)) table.add(row);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Copies the run's scores to docs/data. */
async function keep(comparison: Comparison): Promise<void> {
  const { path, proxy } = comparison, { networks, rows } = await readProxyData(path);
  using table = await scoreTable(comparison);
  writeProxyData(path, { networks, rows: [...rows.filter((row) => row.proxy !== proxy), ...table.rows(proxy)] });
}

/** Runs one comparison with the command `zen correlate`, whose progress appears on this terminal. */
async function compare(comparison: Comparison): Promise<void> {
  const { benchmark, proxy, batch, folder } = comparison;
  await prepare(comparison);
  const flags = {
    benchmark: benchmark.name,
    data: `${values.data}/${benchmark.file}`,
    proxy,
    sample: values.sample,
    "sample-seed": SAMPLE_SEED,
    seeds: SEEDS.length,
    batch,
    device: "cpu",
    out: folder,
    ...(values.workers !== undefined && { workers: values.workers }),
  };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, `${value}`]);
  const zen = new URL("../cli/main.ts", import.meta.url).href;
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", zen, "correlate", ...args] });
  let kept = Promise.resolve();
  const keepOn = () => kept = kept.then(() => keep(comparison));
  const keeping = setInterval(keepOn, KEEP_EVERY_MS);
  const { success } = await command.spawn().status.finally(() => clearInterval(keeping));
  await keepOn();
  if (!success) throw new Error(`Cannot compare ${proxy} on ${benchmark.name}`);
}

if (!values.written) {
  const chosen = benchmarks.filter(({ name }) => values.benchmark === undefined || values.benchmark === name);
  for (const comparison of chosen.flatMap(comparisonsOf)) await compare(comparison);
}
const document = "docs/proxies.md";
replaceFile(document, await proxyDocument(environment()));
await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", document] }).spawn().status;
