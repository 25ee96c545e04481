/** `zen search`: evolves a network under a budget. */
import type { Command } from "npm:commander@15.1.0";
import { countedPresetNames, latencyPresetNames } from "../../core/search/preset_names.ts";
import type { DeviceOptions } from "../device.ts";
import type { OneOrMore } from "../../core/search/config.ts";
import {
  deviceOption,
  imported,
  jsonOption,
  precisionOption,
  quietOption,
  topOption,
  workersOption,
} from "../options.ts";
import { allSettingOptions, type Cascade } from "../setting_options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";

/** What the command's options parse to, beside the settings that `settingsFrom` reads. */
export interface SearchOptions extends DeviceOptions {
  readonly preset: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly init?: OneOrMore;
  readonly quiet?: boolean;
  readonly top?: number;
  readonly cascade?: Cascade;
}

const lines = (names: readonly string[]): string => names.map((name) => `  ${name}`).join("\n");

const EXAMPLES = `
Everything but --out, --time, --top, --device, --precision, --workers, --quiet and --json is part of the search: the same
settings find the same network. A search that --time ends is the beginning of the one without it.

A search ends at the first of its limits, when the candidates in flight are done; zen runs resume continues it with a higher
one. --patience counts the scores since the best changed. --time counts each session from its start to its last result.

Several proxies are combined by rank: in a population of m a score is the sum of weight·ln(rank/m) over the proxies, as AZ-NAS
combines its parts; the journal keeps the score of each. A variant and a weight may follow: --proxy zen:paper=2. A YAML file
has a list, also beside a cascade: proxy: [zen=2, naswot]. Of several structures to start from (a list too, initialStructure:)
each is mutated in turn until the population has more than ten members.

--objectives looks for the candidates that no other is better than in every objective (NSGA-II): score, other proxies by name,
params, flops, layers, macs, peakMemoryBytes, latency@device.json, a minus before those to be low. zen runs front shows what it
found. A latency is predicted, by what zen latency calibrate wrote: ms an image at the calibration's batch and precision.

Examples:
  zen search --preset zen-cifar-params1M --max-evaluations 300 --seed 1
  zen search --preset my_search.yaml --out runs/mine --top 10
  zen search --preset zen-cifar-params1M --max-params 5e5 --max-macs 1e8 --population 256
  zen search --cascade mae_det:0.2,zen --max-evaluations 300
  zen search --time 1h30m --patience 2000
  zen search --init zennet_cifar10_model_size05M_res32 --init 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)'
  zen search --proxy zen=2 --proxy naswot --proxy params
  zen search --objectives score,-params,-flops --population 100 --max-evaluations 2000
  zen search --max-latency 2.5ms@device.json --objectives score,-latency@device.json,-params
  zen search --preset zen-imagenet-latency0.5ms --latency-model gpu.json
  zen search --crossover 0.3 --max-evaluations 600
  zen search --race --population 64 --max-evaluations 1000
  zen search --preset params-cifar-params1M --space ./my_space.ts --json
  zen search --module ./my_block.ts --init 'SuperConvK3BNRELU(3,16,1,1)MyBlock(16,32,2)' --space my_space

A candidate that a proxy throws for, or that takes longer than --timeout, fails alone; the journal has the reason. Where the
first 16 candidates (or --window, if that is more) all fail, the search ends. Ctrl-C ends it within two seconds.

Presets, in core/search/presets (a file of your own may name one as its base):
${lines(countedPresetNames)}
Those whose latency budget needs a device's calibration, --latency-model device.json (zen latency calibrate):
${lines(latencyPresetNames)}`;

/** Adds the command. */
export function addSearchCommand(program: Command): void {
  const command = program.command("search")
    .description("search for the best network under a budget")
    .option("--preset <name|file>", "a published search, or a YAML file of your own", "zen-cifar-params1M")
    .option("--out <dir>", "the run's folder (default: runs/<preset>-seed<seed>)");
  const shared = [topOption(), deviceOption(), precisionOption(), workersOption(), quietOption(), jsonOption()];
  for (const option of [...allSettingOptions(), ...shared]) command.addOption(option);
  declarePermissions(command, { read: ALWAYS, write: ALWAYS, env: ALWAYS }).addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/search.ts")).search));
}
