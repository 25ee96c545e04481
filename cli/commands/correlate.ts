/** `zen correlate`: how well proxies rank networks whose accuracy is known. */
import { type Command, Option } from "npm:commander@15.1.0";
import type { DataSetName } from "../../core/io/mod.ts";
import type { FavouredSize, WeightScale } from "../../core/scoring/mod.ts";
import type { DeviceOptions } from "../device.ts";
import {
  deviceOption,
  imported,
  integer,
  jsonOption,
  precisionOption,
  quietOption,
  workersOption,
} from "../options.ts";
import { settings } from "../../core/search/settings.ts";
import { settingOption } from "../setting_options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";

/** What the command's options parse to. */
export interface CorrelateOptions extends DeviceOptions {
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
  readonly resolution?: number;
  readonly classes?: number;
  readonly se?: boolean;
  readonly module?: readonly string[];
  readonly timeout: number;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Scores are kept in <out>/scores.sqlite as they are taken: the same command again goes on where it was stopped, and more
proxies, networks or seeds only add what is missing. Scores of other settings, of another kind of device, of another
version of zennas or of a module that changed are kept apart. <out> also gets correlation.json, table.md and scatter.svg.

A benchmark of your own is a CSV with the columns structure (quoted, as structures have commas; names of zoo networks
will do) and accuracy. Its networks are built for the data set's images and classes; --resolution, --classes and --se
say otherwise.

Examples:
  zen correlate --benchmark nasbench-macro --data nas-bench-macro_cifar10.json --proxy zen,naswot,params --sample 500 --seeds 3
  zen correlate --benchmark nasbench201 --data nats_bench.csv --data-set cifar100 --proxy all --batch 32
  zen correlate --benchmark my_networks.csv --proxy zen,flops --json`;

const whole = (flags: string, help: string, least = 1, most?: number): Option =>
  new Option(flags, help).argParser(integer(least, most));

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
    .option(
      "--out <dir>",
      "where scores and results go (default: runs/correlate-<benchmark>-<data set>, where a CSV has its name and a hash of its path)",
    );
  const options = [
    new Option("--data-set <name>", "the data set whose accuracies count, and its images' size and classes")
      .choices(["cifar10", "cifar100", "imagenet16-120"]).default("cifar10"),
    whole("--sample <count>", "networks to draw, at most one of each class of equal networks").default(500),
    whole("--sample-seed <number>", "seed of that draw and of the bootstrap", 0).default(1),
    whole("--seeds <count>", "seeds to score each network under: 1, 2, …", 1, 1000).default(3),
    settingOption("batch").default(16),
    new Option(
      "--weights <scale>",
      "deviation of drawn weights: 1 (unit), or √(2/fan-in) (scaled) (default: what a proxy's source prescribes, else scaled)",
    ).choices(["unit", "scaled"]),
    settingOption("favouredSize"),
    settingOption("resolution"),
    settingOption("classes"),
    settingOption("squeezeExcite"),
    settingOption("modules"),
    settingOption("timeout").default(settings.timeout.default),
  ];
  const shared = [deviceOption(), precisionOption(), workersOption(), quietOption(), jsonOption()];
  for (const option of [...options, ...shared]) command.addOption(option);
  declarePermissions(command, { read: ALWAYS, write: ALWAYS, env: ALWAYS }).addHelpText("after", EXAMPLES).action(
    imported(async () => (await import("../actions/correlate.ts")).correlate),
  );
}
