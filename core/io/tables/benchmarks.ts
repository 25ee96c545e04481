/** Benchmarks from their published data files, and a user's own from a CSV. */
import {
  type Benchmark,
  nasBench201,
  nasBenchMacro,
  structureBenchmark,
  type TrainedNetwork,
} from "../../nasbench/mod.ts";
import { ConfigError } from "../../search/mod.ts";
import { shorten } from "../../shorten.ts";
import { readText } from "../files/read.ts";
import { type CsvRow, parseCsv } from "./csv.ts";

/** Data sets whose accuracies NAS-Bench-201 has. */
export const dataSetNames = ["cifar10", "cifar100", "imagenet16-120"] as const;
/** One of {@link dataSetNames}. */
export type DataSetName = typeof dataSetNames[number];

/** A data set's column of accuracies in NAS-Bench-201's file, and the form of its images. */
interface DataSet {
  readonly column: string;
  readonly classes: number;
  readonly resolution: number;
}

const dataSets: Readonly<Record<DataSetName, DataSet>> = {
  "cifar10": { column: "CIFAR10TestAccuracy200Epochs", classes: 10, resolution: 32 },
  "cifar100": { column: "CIFAR100TestAccuracy200Epochs", classes: 100, resolution: 32 },
  "imagenet16-120": { column: "ImageNetTestAccuracy200Epochs", classes: 120, resolution: 16 },
};

/** A benchmark with its networks and their accuracies. */
export interface LoadedBenchmark {
  /** Makes the networks. */
  readonly benchmark: Benchmark;
  /** All that were trained, in the file's order. */
  readonly networks: readonly TrainedNetwork[];
}

/** Which benchmark to load. */
export interface BenchmarkSource {
  /** `nasbench201`, `nasbench-macro`, or a CSV with the columns `structure` and `accuracy`. */
  readonly benchmark: string;
  /** The published data file; a CSV of one's own is its own data. */
  readonly data?: string | undefined;
  /** Decides resolution and classes, and for NAS-Bench-201 which accuracies are taken. Default: `cifar10`. */
  readonly dataSet?: DataSetName | undefined;
  /** Images' rows and columns for a CSV of one's own, in place of the data set's. */
  readonly resolution?: number | undefined;
  /** Classes for a CSV of one's own, in place of the data set's. */
  readonly classes?: number | undefined;
  /** Whether super blocks of a CSV of one's own contain squeeze-and-excitation; default: false. */
  readonly se?: boolean | undefined;
}

/** Loads a benchmark. Throws ConfigError for an unknown one, or for a file that is not its data. */
export async function loadBenchmark(source: BenchmarkSource): Promise<LoadedBenchmark> {
  const { benchmark, dataSet = "cifar10" } = source, form = dataSets[dataSet];
  if (benchmark.endsWith(".csv")) {
    const networks = accuraciesOf(await readText(benchmark, "table"), ["structure", "accuracy"], benchmark);
    const { resolution = form.resolution, classes = form.classes, se: squeezeExcite = false } = source;
    return { benchmark: structureBenchmark({ resolution, classes, squeezeExcite }), networks };
  }
  refuseForm(source);
  if (benchmark === "nasbench201") return { benchmark: nasBench201(form), networks: await readNasBench201(source) };
  if (benchmark === "nasbench-macro") return { benchmark: nasBenchMacro(form), networks: await readMacro(source) };
  const expected = "nasbench201, nasbench-macro, or a .csv file";
  throw new ConfigError("settings", [{ path: "benchmark", expected, got: shorten(benchmark) }]);
}

/** Throws ConfigError where a form is asked for, as a published benchmark's networks have theirs. */
function refuseForm({ benchmark, ...source }: BenchmarkSource): void {
  const given = (["resolution", "classes", "se"] as const).filter((name) => source[name] !== undefined);
  const problems = given.map((path) => ({ path, expected: "a CSV of your own to go with it", got: benchmark }));
  if (problems.length > 0) throw new ConfigError("settings", problems);
}

function dataOf({ benchmark, data }: BenchmarkSource): string {
  if (data !== undefined) return data;
  throw new ConfigError("settings", [{ path: "data", expected: `the data file of ${benchmark}`, got: "nothing" }]);
}

async function readNasBench201(source: BenchmarkSource): Promise<readonly TrainedNetwork[]> {
  const path = dataOf(source), { column } = dataSets[source.dataSet ?? "cifar10"];
  return accuraciesOf(await readText(path, "table"), ["ArchitectureString", column], path);
}

/** Networks from two columns of a CSV. */
function accuraciesOf(
  text: string,
  [name, column]: readonly [name: string, column: string],
  path: string,
): readonly TrainedNetwork[] {
  const rows = rowsOf(text, path);
  const networks = rows.map((row) => ({ text: row[name] ?? "", accuracy: Number(row[column] || NaN) }));
  const wrong = networks.findIndex((network) => network.text === "" || !Number.isFinite(network.accuracy));
  if (networks.length > 0 && wrong < 0) return networks;
  const expected = `rows with ${name} and a number as ${column}`;
  throw new ConfigError(path, [{ path: wrong < 0 ? "" : `row ${wrong + 1}`, expected, got: "something else" }]);
}

function rowsOf(text: string, path: string): readonly CsvRow[] {
  try {
    return parseCsv(text);
  } catch (cause) {
    throw new ConfigError(path, [{ path: "", expected: "comma-separated values", got: String(cause) }], { cause });
  }
}

/** What NAS-Bench-Macro's file says of a network. */
interface MacroRow {
  readonly mean_acc: number;
}

async function readMacro(source: BenchmarkSource): Promise<readonly TrainedNetwork[]> {
  const path = dataOf(source);
  const rows = Object.entries(parseJson(await readText(path, "table"), path) as Record<string, Partial<MacroRow>>);
  return rows.map(([text, row]) => {
    if (typeof row?.mean_acc === "number") return { text, accuracy: row.mean_acc };
    throw new ConfigError(path, [{ path: text, expected: "mean_acc", got: shorten(JSON.stringify(row) ?? "nothing") }]);
  });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(path, [{ path: "", expected: "JSON", got: String(cause) }], { cause });
  }
}
