/** docs/proxies.md from the results of its comparisons. */
import { proxies, type Proxy } from "../core/proxies/mod.ts";
import type { Environment } from "./environment.ts";
import { published } from "./proxy_comparisons.ts";

/** A figure of `zen correlate`. */
interface Estimate {
  readonly mean: number | null;
  readonly interval95: readonly [number, number] | null;
}

/** What `zen correlate` writes to correlation.json, as far as the document needs it. */
export interface Correlation {
  readonly benchmark: string;
  readonly sample: number;
  readonly seeds: readonly number[];
  readonly batch: number;
  readonly proxies: readonly { readonly proxy: string; readonly agreement: { readonly spearman: Estimate } }[];
}

/** A comparison's figures beside its table in Markdown. */
export interface Result {
  readonly correlation: Correlation;
  readonly table: string;
}

const titles: Readonly<Record<string, string>> = {
  "nasbench201": "NAS-Bench-201, CIFAR-10",
  "nasbench-macro": "NAS-Bench-Macro, CIFAR-10",
};

function section(benchmark: string, results: readonly Result[]): string {
  const own = results.filter(({ correlation }) => correlation.benchmark === benchmark);
  return [`## ${titles[benchmark]}`, ...own.map(({ table }) => table.trim())].join("\n\n");
}

/** How our figure stands to the published ones, in words. */
function verdict({ mean, interval95 }: Estimate, [low, high]: readonly [number, number]): string {
  if (mean === null || !interval95) return "no figure here";
  const within = interval95[0] <= high && interval95[1] >= low;
  if (mean >= low && mean <= high) return "inside the published range";
  const side = mean > high ? `${(mean - high).toFixed(2)} above` : `${(low - mean).toFixed(2)} below`;
  return within ? `${side}, within our interval` : `${side}, outside our interval: see what differs above`;
}

function comparedWithPublished(results: readonly Result[]): string {
  const own = results.filter(({ correlation }) => correlation.benchmark === "nasbench201");
  const rows = own.flatMap(({ correlation: { proxies, sample, seeds } }) =>
    proxies.flatMap(({ proxy, agreement: { spearman } }) => {
      const range = published[proxy];
      if (!range) return [];
      const { mean, interval95 } = spearman;
      const ours = `${mean?.toFixed(3) ?? "–"}${
        interval95 ? ` (${interval95.map((x) => x.toFixed(2)).join(" … ")})` : ""
      }`;
      const theirs = range[0] === range[1] ? `${range[0]}` : `${range[0]} … ${range[1]}`;
      return [`| ${proxy} | ${ours} | ${sample} × ${seeds.length} | ${theirs} | ${verdict(spearman, range)} |`];
    })
  );
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
export function proxyDocument(results: readonly Result[], { cpu, cores, deno, commit }: Environment): string {
  return `# How well the proxies rank networks

Made by \`deno task docs:proxies --data <folder>\`, on ${cores} cores of ${cpu} with Deno ${deno}, written at ${commit}; not
edited by hand. Each table says how many networks and seeds it rests on: where that is less than the 300 networks and 3 seeds that
the command asks for, it was run on fewer to save time, and running it again goes on from there.

Correlations are with test accuracy after full training. Intervals are 95 % of a bootstrap over networks and seeds. Regret is
the best accuracy of the sample minus the best among the ten networks with the highest scores. Milliseconds are the median
while as many networks are scored at once as there are cores; other work on the machine makes them longer. Weights are
drawn as each proxy's source prescribes: N(0,1) for zen, N(0, 2/fan-in) for all others; images are N(0,1), classes are drawn.

A proxy is worth something where it beats \`params\` and \`flops\`, and inside the top half.

${section("nasbench201", results)}

${section("nasbench-macro", results)}

## Beside published figures

Published figures are for all 15,625 cells of NAS-Bench-201 and CIFAR-10, of which 9,159 only repeat others; ours are for one
cell of each class of equal ones, which alone moves \`params\` from 0.753 to 0.786. Ours are also on smaller batches, of
noise where many published figures use CIFAR-10 images, and on a sample (this one is kind to \`params\`): an interval that holds the published figure is no disagreement.

${comparedWithPublished(results)}

## All proxies

${proxyList()}
`;
}
