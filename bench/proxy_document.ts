/** Prints docs/proxies.md from the scores in docs/data. */
import { assess, type Assessment, assessmentTable, type Estimate } from "../core/nasbench/mod.ts";
import { chooseProxies } from "../core/io/mod.ts";
import { proxies, type Proxy } from "../core/scoring/mod.ts";
import type { Environment } from "./environment.ts";
import {
  type BenchmarkData,
  benchmarks,
  dataPath,
  groups,
  madeOf,
  type ProxyGroup,
  published,
  reasons,
  SAMPLE,
  SAMPLE_SEED,
  SEEDS,
} from "./proxy_comparisons.ts";
import { type ProxyData, readProxyData } from "./proxy_data.ts";
import { standInTables } from "./proxy_stand_ins.ts";

/** With fewer networks than this a proxy has no row: its figures would mean nothing. */
const FEWEST = 20;

/** A group's assessments on a benchmark. */
interface Result {
  readonly benchmark: BenchmarkData;
  readonly batch: number;
  readonly assessments: readonly Assessment[];
}

/**
 * Assesses a proxy on the first networks of the sample, up to the first that has not been scored under every seed.
 * Undefined where that leaves too few.
 */
async function assessmentOf(name: string, { networks, rows }: ProxyData): Promise<Assessment | undefined> {
  const { of, value } = madeOf[name] ?? { of: name };
  const own = rows.filter(({ proxy }) => proxy === of).map((row) => value ? { ...row, value: value(row.parts) } : row);
  const taken = new Set(own.map(({ network, seed }) => `${seed} ${network}`));
  const missing = networks.findIndex(({ text }) => SEEDS.some((seed) => !taken.has(`${seed} ${text}`)));
  const scored = networks.slice(0, missing < 0 ? networks.length : missing);
  if (scored.length < FEWEST) return undefined;
  const [chosen] = await chooseProxies(name);
  return assess(chosen!, own, { networks: scored, seeds: SEEDS, sampleSeed: SAMPLE_SEED });
}

async function resultOf(benchmark: BenchmarkData, { batch, proxies }: ProxyGroup): Promise<Result> {
  const data = await readProxyData(dataPath(benchmark, batch));
  const found = await Promise.all(proxies.map((name) => assessmentOf(name, data)));
  return { benchmark, batch, assessments: found.filter((assessment) => assessment !== undefined) };
}

function failures(assessments: readonly Assessment[]): string {
  const failed = assessments.filter((assessment) => assessment.failed > 0);
  if (failed.length === 0) return "";
  return `\n\nWithout a score, and so ranked lowest: ${
    failed.map(({ proxy, failed, networkCount, seedCount }) => `${failed} of ${networkCount * seedCount} of ${proxy}`)
      .join(", ")
  }.`;
}

function section({ name, title }: BenchmarkData, results: readonly Result[]): string {
  const tables = results.filter(({ benchmark, assessments }) => benchmark.name === name && assessments.length > 0)
    .map(({ batch, assessments }) => `Batch ${batch}:\n\n${assessmentTable(assessments)}${failures(assessments)}`);
  return [`## ${title}`, ...tables].join("\n\n");
}

/** Says in words whether our figure agrees with the published ones. */
function verdict(proxy: string, { mean, interval95 }: Estimate): string {
  const [low, high] = published[proxy]!;
  if (!Number.isFinite(mean) || !interval95) return "no figure here";
  const within = interval95[0] <= high && interval95[1] >= low;
  if (mean >= low && mean <= high) return "inside the published range";
  const side = mean > high ? `${(mean - high).toFixed(2)} above` : `${(low - mean).toFixed(2)} below`;
  return within ? `${side}, within our interval` : `${side}: ${reasons[proxy] ?? "why is not known"}`;
}

function comparedWithPublished(results: readonly Result[]): string {
  const own = results.filter(({ benchmark }) => benchmark.name === "nasbench201");
  const rows = own.flatMap(({ assessments }) => assessments).flatMap((assessment) => {
    const { proxy, agreement: { spearman }, networkCount, seedCount } = assessment, range = published[proxy];
    if (!range) return [];
    const { mean, interval95 } = spearman;
    const interval = interval95 ? ` (${interval95.map((x) => x.toFixed(2)).join(" … ")})` : "";
    const theirs = range[0] === range[1] ? `${range[0]}` : `${range[0]} … ${range[1]}`;
    const cells = [proxy, `${mean.toFixed(3)}${interval}`, `${networkCount} × ${seedCount}`, theirs];
    return [`| ${[...cells, verdict(proxy, spearman)].join(" | ")} |`];
  });
  const header =
    "| proxy | Spearman here | networks × seeds | published | how ours stands |\n| --- | ---: | ---: | ---: | --- |";
  return `${header}\n${rows.join("\n")}`;
}

function proxyRow({ name, summary, variants, inputs, needsBackend }: Proxy): string {
  const images = inputs.batches === 0 ? (needsBackend ? "an image of ones" : "none") : `${inputs.batches} random`;
  return `| ${name} | ${summary} | ${variants.join(", ")} | ${images}${inputs.labelled ? ", labelled" : ""} |`;
}

function proxyList(): string {
  const header = "| proxy | what it is | variants, the default first | batches |\n| --- | --- | --- | --- |";
  return `${header}\n${[...proxies.values()].map(proxyRow).join("\n")}`;
}

/** The whole document. */
export async function proxyDocument({ cpu, cores, deno, code }: Environment): Promise<string> {
  const results: Result[] = [];
  for (const benchmark of benchmarks) for (const group of groups) results.push(await resultOf(benchmark, group));
  const [cells, macro] = benchmarks;
  return `# How well the proxies rank networks

Made by \`deno task docs:proxies --data <folder>\` from the scores in [docs/data](data), on ${cores} cores of ${cpu} with Deno
${deno}, written by ${code}; not edited by hand. Each row says how many networks and seeds it rests on: where that is less than the
${SAMPLE} networks and ${SEEDS.length} seeds that the command asks for, it was stopped to save time, and running it again goes on from there.
\`deno task docs:proxies --written\` makes the tables again from the scores, without any benchmark's data.

Correlations are with test accuracy after full training. Intervals are 95 % of a bootstrap over networks and seeds.
Regret is the best accuracy of the sample minus the best among the ten networks with the highest scores. Milliseconds
are the median on the machine where the scores were computed; other work on the machine makes them longer. Weights are
drawn as each proxy's source prescribes: N(0,1) for zen, N(0, 2/fan-in) for all others. Images are drawn from N(0,1),
classes at random.

A proxy is useful if it ranks networks better than \`params\` and \`flops\` do, also within the top half.

${section(cells!, results)}

${section(macro!, results)}

## Beside published figures

Published figures are for all 15,625 cells of NAS-Bench-201 and CIFAR-10, of which 9,159 only repeat others. Ours use
one cell of each class of equal cells, which alone changes \`params\` from 0.753 to 0.786. Ours also use smaller
batches, noise where many published figures use CIFAR-10 images, and a sample of the cells. Where our interval contains
the published figure, the two do not contradict each other. \`plain\` is close to noise on networks with batch
normalisation: the sum Σ g·W of a layer before a normalisation is 0, except for the effect of epsilon, so that almost
only the classifier contributes.

${comparedWithPublished(results)}

## Conformance

The tests contain the scores that the published code gives for 30 networks, with weights and images filled by a rule.
In float32 ours differ from them by at most 1e-3, TE-NAS and GraSP by at most 2e-2, or else by at most five standard
deviations of the change that float32 rounding was measured to cause in that score. Such changes occur where rounding
moves a value near zero to the other side of a ReLU, or where a variance is a small difference of large numbers. All of
those scores are the same to 1e-7 when computed in float64. \`deno test -A tests/scoring\` checks all of them, and
\`zen score --fill reference --labels modulo\` prints ours, so that any implementation can be compared.

## Cheaper forms

The rank correlations between a proxy and its cheaper form, for the same networks with the same weights and images. The
correlation of the proxy with itself, on other weights and images, is shown beside it: no cheaper form can be expected
to exceed that by much.

${await standInTables()}

## All proxies

${proxyList()}
`;
}
