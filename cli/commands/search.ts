/** `zen search`: evolves a network under a budget. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { FavouredSize } from "../../core/scoring/mod.ts";
import type { CascadeStage, SearchConfig } from "../../core/search/mod.ts";
import type { DeviceOptions } from "../device.ts";
import {
  deviceOption,
  favouredSizeOption,
  integer,
  jsonOption,
  positive,
  precisionOption,
  workersOption,
} from "../options.ts";

/** What the command's options parse to. */
interface SearchCommandOptions extends DeviceOptions {
  readonly preset: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly init?: string;
  readonly se?: boolean;
  readonly proxy?: string;
  readonly variant?: string;
  readonly cascade?: Cascade;
  readonly race?: number;
  readonly repeats?: number;
  readonly gamma?: number;
  readonly favouredSize?: FavouredSize;
  readonly batch?: number;
  readonly space?: string;
  readonly costs?: string;
  readonly population?: number;
  readonly window?: number;
  readonly maxProposals?: number;
  readonly maxEvaluations?: number;
  readonly seed?: number;
  readonly resolution?: number;
  readonly classes?: number;
  readonly maxLayers?: number;
  readonly maxParams?: number;
  readonly maxFlops?: number;
  readonly maxMacs?: number;
  readonly maxMemory?: number;
}

const EXAMPLES = `
Everything but --out, --device, --precision, --workers and --json is part of the search: the same settings find the same network.

Examples:
  zen search --preset zen-cifar-params1M --max-evaluations 300 --seed 1
  zen search --preset my_search.yaml --out runs/mine
  zen search --preset zen-cifar-params1M --max-params 5e5 --max-macs 1e8 --population 256
  zen search --cascade mae_det:0.2,zen --max-evaluations 300
  zen search --race --population 64 --max-evaluations 1000
  zen search --preset params-cifar-params1M --space ./my_space.ts --json

Presets are in core/search/presets; a file of your own may name one of them as its base (preset: zen-cifar-params1M).`;

/** What `--cascade` parses to. */
interface Cascade {
  readonly proxy: string;
  readonly cascade: readonly CascadeStage[];
}

/** Reads stages such as `mae_det:0.2,zen`. */
function cascade(text: string): Cascade {
  const stages = text.split(","), proxy = stages.pop()!;
  const shares = stages.map((stage) => {
    const [, name, share] = /^([\w-]+):([\d.]+)$/.exec(stage) ?? [];
    if (name !== undefined) return { proxy: name, share: Number(share) };
    throw new InvalidArgumentError("It must be free proxies with a share each, then a proxy, such as mae_det:0.2,zen.");
  });
  return { proxy, cascade: shares };
}

const whole = (flags: string, help: string, minimum = 1): Option => new Option(flags, help).argParser(integer(minimum));
const amount = (flags: string, help: string): Option => new Option(flags, help).argParser(positive);

/** `--max-proposals` and `--max-evaluations`, which may also be raised to continue a run. */
export function limitOptions(): Option[] {
  return [
    whole("--max-proposals <count>", "end after so many proposals, scored or not"),
    whole("--max-evaluations <count>", "end after so many scores"),
  ];
}

/** Adds the command. */
export function addSearchCommand(program: Command): void {
  const command = program.command("search")
    .description("search for the best network under a budget")
    .option("--preset <name|file>", "a published search, or a YAML file of your own", "zen-cifar-params1M")
    .option("--out <dir>", "the run's folder (default: runs/<preset>-seed<seed>)")
    .option("--proxy <name|file>", "what to score by: a proxy's name, or a module of your own")
    .addOption(
      new Option("--cascade <stages>", "free proxies with the share that each lets through, then the proxy")
        .argParser(cascade),
    )
    .addOption(
      new Option(
        "--race [share]",
        "score a share of the images first, and drop candidates whose score there is too low for the population",
      )
        .argParser(positive).preset("0.125"),
    )
    .option("--variant <name>", "the proxy's formula")
    .option("--space <name|file>", "XXBL, IDW_fixfc, or a module or YAML file of your own")
    .option("--init <structure>", "where the evolution starts: a structure, or the name of a zoo network")
    .addOption(new Option("--costs <model>", "how --max-params and --max-flops count").choices(["true", "reference"]))
    .option("--se", "with squeeze-and-excitation in every super block");
  const numbers = [
    amount("--max-params <count>", "budget: parameters"),
    amount("--max-flops <count>", "budget: multiply-adds of one image, by the cost model"),
    amount("--max-macs <count>", "budget: true multiply-adds of one image"),
    whole("--max-layers <count>", "budget: layers"),
    amount("--max-memory <bytes>", "budget: peak activations of one image"),
    ...limitOptions(),
    whole("--population <size>", "candidates that may breed"),
    whole("--window <count>", "proposals in flight at once"),
    whole("--seed <number>", "seed of all decisions and draws", 0),
    whole("--repeats <count>", "draws a score is the mean of"),
    whole("--batch <images>", "images a batch"),
    amount("--gamma <size>", "size of the input's perturbation"),
    favouredSizeOption(),
    whole("--resolution <pixels>", "height and width of the input image"),
    whole("--classes <count>", "outputs of the classifier"),
  ];
  for (const option of [...numbers, deviceOption(), precisionOption(), workersOption(), jsonOption()]) {
    command.addOption(option);
  }
  command.addHelpText("after", EXAMPLES).action(search);
}

/** The settings that the options give, over those of a preset; undefined leaves the preset's. */
function settingsOf(options: SearchCommandOptions, initialStructure: string | undefined): Record<string, unknown> {
  const { proxy, variant, space, costs, population, window, maxProposals, maxEvaluations } = options;
  const { seed, repeats, batch, gamma, favouredSize, resolution, classes, se } = options;
  const budgets = {
    params: options.maxParams,
    flops: options.maxFlops,
    macs: options.maxMacs,
    layers: options.maxLayers,
    peakMemoryBytes: options.maxMemory,
  };
  const stages = options.cascade ?? { proxy };
  const race = options.race === undefined ? undefined : { share: options.race };
  const draws = { repeats, batch, gamma, favouredSize, seed, resolution, classes, squeezeExcite: se };
  const scoring = { ...stages, race, variant, ...draws };
  return { ...scoring, space, costs, population, window, maxProposals, maxEvaluations, initialStructure, budgets };
}

async function configOf(options: SearchCommandOptions): Promise<SearchConfig> {
  const { loadConfig, loadPreset } = await import("../../core/io/mod.ts");
  const { resolveStructure } = await import("../structures.ts");
  const settings = settingsOf(options, options.init === undefined ? undefined : resolveStructure(options.init).text);
  const load = /\.ya?ml$/.test(options.preset) ? loadConfig : loadPreset;
  return await load(options.preset, settings);
}

/** A folder below runs/ that no run has taken. */
async function freeFolder(config: SearchConfig, preset: string): Promise<string> {
  const { holdsRun } = await import("../../core/io/mod.ts");
  const { RUNS_FOLDER } = await import("../search/session.ts");
  const name = config.preset ?? preset.replace(/^.*\//, "").replace(/\.ya?ml$/, "");
  const first = `${RUNS_FOLDER}/${name}-seed${config.seed}`;
  for (let number = 2, folder = first;; folder = `${first}-${number++}`) if (!holdsRun(folder)) return folder;
}

async function search(options: SearchCommandOptions): Promise<void> {
  const { createRun } = await import("../../core/io/mod.ts");
  const { withScorer, runSession } = await import("../search/session.ts");
  const config = await configOf(options);
  const folder = options.out ?? await freeFolder(config, options.preset);
  await withScorer(config, options, async (scoring) => {
    using store = createRun(folder, config, { device: scoring.device });
    await runSession({ store, scoring, json: options.json ?? false });
  });
}
