/**
 * How well latencies are predicted on published tables, by splits and seeds, beside multiply-adds times a factor and the
 * noise of the measurements, and how fast.
 * `deno task bench:latency [--data <folder with nb201_nnmeter.csv and v100_tensorrt_fp16_convolutions.csv.gz>] [--json]`.
 * Without the folder it takes the samples in `tests/fixtures/latency/`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { fitLatency, LatencyPredictor, type MeasuredNetwork } from "../core/mod.ts";
import { environment } from "./environment.ts";
import { type CellTable, measuredOn, parseCells, parseConvolutions, v100Tiling } from "./latency_data.ts";
import { device, kernelSplit, meanFigures, networkSplit, type SplitFigures, splitKernels } from "./latency_gates.ts";

const { values } = parseArgs({ options: { data: { type: "string" }, json: { type: "boolean", default: false } } });
const SAMPLES = new URL("../tests/fixtures/latency/", import.meta.url);

/** Repeatability of identical networks on each device (docs/latency.md): no model can be better than this. */
const noiseFloors: Readonly<Record<string, string>> = { pixel4: "3.4 %", adreno640: "1.0 %", adreno630: "2.4 %" };

const cellsText = (): string =>
  Deno.readTextFileSync(values.data ? `${values.data}/nb201_nnmeter.csv` : new URL("nasbench201_phones.csv", SAMPLES));
const kernelsText = (): string =>
  values.data
    ? gunzipSync(Deno.readFileSync(`${values.data}/v100_tensorrt_fp16_convolutions.csv.gz`)).toString()
    : Deno.readTextFileSync(new URL("v100_convolutions.csv", SAMPLES));
const columns: Readonly<Record<string, string>> = values.data
  ? { pixel4: "cortexA76_pixel4_cpu_ms", adreno640: "adreno640_gpu_ms", adreno630: "adreno630_gpu_ms" }
  : { pixel4: "pixel4_cpu_ms", adreno640: "adreno640_ms" };

interface Line extends SplitFigures {
  readonly table: string;
  readonly fitted: number;
  readonly seeds: number;
  readonly noiseFloor: string;
}

const SEEDS = 40;

function networkLines(table: CellTable): Line[] {
  return Object.keys(columns).flatMap((device) =>
    [10, 30, 100].map((count) => {
      const networks = measuredOn(table, device), test = networks.length;
      const figures = Array.from({ length: SEEDS }, (_, seed) => networkSplit(networks, { count, seed, test }));
      const noiseFloor = noiseFloors[device]!;
      return { table: `NB201 ${device}`, fitted: count, seeds: SEEDS, noiseFloor, ...meanFigures(figures) };
    })
  );
}

function kernelLines(): Line[] {
  const kernels = parseConvolutions(kernelsText()),
    counts = values.data ? [300, 1000, 3000, 10_000] : [300, 1000, 3000];
  const ways = values.data ? ["random", "unseen"] as const : ["random"] as const, seeds = [1, 2];
  return ways.flatMap((by) =>
    counts.map((count) => {
      const figures = seeds.map((seed) =>
        kernelSplit({
          ...splitKernels(kernels, { by, count, test: values.data ? 3000 : 1000, seed }),
          tiling: v100Tiling,
        })
      );
      const noiseFloor = "3.6 %", table = by === "random" ? "V100 random" : "V100 new sizes and channels";
      return { table, fitted: count, seeds: seeds.length, noiseFloor, ...meanFigures(figures) };
    })
  );
}

/** How many of a list a second a function takes: the fastest of some rounds, as other work on the machine only slows. */
function rate<T>(
  list: readonly T[],
  { rounds, round }: { readonly rounds: number; readonly round: () => (item: T) => number },
): number {
  let best = 0;
  for (let count = 0; count < rounds; count++) {
    const take = round(), start = performance.now();
    let sum = 0;
    for (const item of list) sum += take(item);
    if (!(sum > 0)) throw new Error(`Cannot measure what predicts nothing: got ${sum}`);
    best = Math.max(best, list.length / (performance.now() - start) * 1000);
  }
  return best;
}

/** What a core predicts in a second: networks whose kernels it knows, and kernels that it does not know. */
function speeds(networks: readonly MeasuredNetwork[]): { readonly networks: number; readonly newKernels: number } {
  const kernels = parseConvolutions(kernelsText()).slice(0, 4500);
  const artefact = fitLatency({
    device,
    createdAt: "",
    kernels: kernels.slice(0, 3000),
    networks: networks.slice(0, 30),
  });
  // Candidates of a search share no objects, so each network has copies of its own, keys included.
  const copies = networks.map((network): MeasuredNetwork => JSON.parse(JSON.stringify(network)));
  const predictor = new LatencyPredictor(artefact);
  return {
    networks: rate(copies, { rounds: 100, round: () => (network) => predictor.predict(network.kernels).predictedMs }),
    newKernels: rate(kernels, {
      rounds: 5,
      round: () => {
        const fresh = new LatencyPredictor(artefact);
        return ({ kernel }) => fresh.kernelMs(kernel);
      },
    }),
  };
}

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const head = [
  "table",
  "fitted",
  "seeds",
  "MAPE",
  "within 10 %",
  "Spearman",
  "coverage",
  "± of 90 %",
  "MACs",
  "noise floor",
];

function print(lines: readonly Line[]): string {
  const rows = [
    head,
    ...lines.map((line) => [
      line.table,
      `${line.fitted}`,
      `${line.seeds}`,
      percent(line.mape),
      percent(line.within10),
      (line.spearman ?? NaN).toFixed(3),
      percent(line.coverage),
      percent(line.halfWidth),
      percent(line.macsError),
      line.noiseFloor,
    ]),
  ];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()).join("\n");
}

const table = parseCells(cellsText(), columns), lines = [...networkLines(table), ...kernelLines()];
const speed = speeds(measuredOn(table, "adreno640")), where = environment();
const report = values.json
  ? JSON.stringify({ lines, perSecond: speed, environment: where })
  : `${where.cpu}, ${where.cores} cores, Deno ${where.deno}, ${where.code}\n\n${print(lines)}\n\n` +
    `A second on one core: ${speed.networks.toFixed(0)} networks of known kernels, ${
      speed.newKernels.toFixed(0)
    } new kernels`;
await Deno.stdout.write(new TextEncoder().encode(`${report}\n`));
