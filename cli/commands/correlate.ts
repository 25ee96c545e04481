/** `zen correlate`: how well proxies rank networks whose accuracy is known. */
import { type Command, Option } from "commander";
import type { Backend } from "../../core/graph/backend.ts";
import type { ChosenProxy, DataSetName } from "../../core/io/mod.ts";
import type { FavouredSize, WeightScale } from "../../core/scoring/mod.ts";
import type { ComparisonTask } from "../correlate/work.ts";
import type { DeviceOptions } from "../device.ts";
import { deviceOption, favouredSizeOption, integer, jsonOption, precisionOption, workersOption } from "../options.ts";

interface CorrelateOptions extends DeviceOptions {
  readonly benchmark: string;
  readonly data?: string;
  readonly dataSet: DataSetName;
  readonly proxy: string;
  readonly sample: number;
  readonly sampleSeed: number;
  readonly seeds: number;
  readonly batch: number;
  readonly weights?: WeightScale;
  readonly favouredSize?: FavouredSize;
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Scores are kept in <out>/scores.sqlite as they are taken: the same command again goes on where it was stopped, and more
proxies, networks or seeds only add what is missing. <out> also gets correlation.json, table.md and scatter.svg.

A benchmark of your own is a CSV with the columns structure (quoted, as structures have commas) and accuracy.

Examples:
  zen correlate --benchmark nasbench-macro --data nas-bench-macro_cifar10.json --proxy zen,naswot,params --sample 500 --seeds 3
  zen correlate --benchmark nasbench201 --data nats_bench.csv --data-set cifar100 --proxy all --batch 32
  zen correlate --benchmark my_networks.csv --proxy zen,flops --json`;

const whole = (flags: string, help: string, minimum = 1): Option => new Option(flags, help).argParser(integer(minimum));

/** Adds the command. */
export function addCorrelateCommand(program: Command): void {
  const command = program.command("correlate")
    .description("measure how well proxies rank networks of known accuracy")
    .requiredOption("--benchmark <name|csv>", "nasbench201, nasbench-macro, or a CSV of your own")
    .option("--data <file>", "the benchmark's published data: nats_bench.csv or nas-bench-macro_cifar10.json")
    .option(
      "--proxy <names>",
      "what to score by: a name, names with commas, all, or a module of your own",
      "zen,params",
    )
    .option("--out <dir>", "where scores and results go (default: runs/correlate-<benchmark>-<data set>)");
  const options = [
    new Option("--data-set <name>", "the data set whose accuracies count, and its images' size and classes")
      .choices(["cifar10", "cifar100", "imagenet16-120"]).default("cifar10"),
    whole("--sample <count>", "networks to draw, one of each class of equal ones").default(500),
    whole("--sample-seed <number>", "seed of that draw and of the bootstrap", 0).default(1),
    whole("--seeds <count>", "seeds to score each network under: 1, 2, …").default(3),
    whole("--batch <images>", "images a batch").default(16),
    new Option(
      "--weights <scale>",
      "deviation of drawn weights: 1 (unit), or √(2/fan-in) (scaled) (default: what a proxy's source prescribes, else scaled)",
    ).choices(["unit", "scaled"]),
    favouredSizeOption(),
  ];
  for (const option of [...options, deviceOption(), precisionOption(), workersOption(), jsonOption()]) {
    command.addOption(option);
  }
  command.addHelpText("after", EXAMPLES).action(correlate);
}

async function taskOf(options: CorrelateOptions): Promise<ComparisonTask> {
  const { comparisonSettings, sampleNetworks } = await import("../../core/nasbench/mod.ts");
  const { chooseProxies, loadBenchmark } = await import("../../core/io/mod.ts");
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

async function correlate(options: CorrelateOptions): Promise<void> {
  const { scoreAll } = await import("../correlate/work.ts");
  const { report } = await import("../correlate/report.ts");
  const task = await taskOf(options), { benchmark, dataSet, settings } = task;
  const out = options.out ?? `runs/correlate-${benchmark.name}-${dataSet}`;
  const { ScoreTable } = await import("../../core/io/mod.ts");
  await Deno.mkdir(out, { recursive: true });
  using table = new ScoreTable(`${out}/scores.sqlite`, { benchmark: benchmark.name, dataSet, ...settings });
  const site = { table, out, json: options.json ?? false };
  if (!task.chosen.some(({ proxy }) => proxy.needsBackend)) {
    await scoreAll(task, { table });
    return await report(task, { ...site, device: "none" });
  }
  const { describeDevice, openDevice } = await import("../device.ts");
  await using backend: Backend = await openDevice(options);
  await scoreAll(task, { table, backend });
  await report(task, { ...site, device: describeDevice(backend) });
}
