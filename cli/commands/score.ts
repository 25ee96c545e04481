/** `zen score`: structures ranked by nothing but random weights. */
import { type Command, Option } from "commander";
import type { Backend } from "../../core/graph/backend.ts";
import type { ChosenProxy } from "../../core/io/mod.ts";
import type { Fill } from "../../core/networks/parameters.ts";
import type { FavouredSize, LabelRule, RepeatedScore, WeightScale } from "../../core/scoring/mod.ts";
import type { DeviceOptions } from "../device.ts";
import {
  addFormOptions,
  addStructureArguments,
  deviceOption,
  favouredSizeOption,
  formOf,
  type FormOptions,
  integer,
  jsonOption,
  positive,
  precisionOption,
  workersOption,
} from "../options.ts";
import type { ProxyResult, ScoredStructure, ScoreTask } from "../score/work.ts";

interface ScoreOptions extends FormOptions, DeviceOptions {
  readonly file?: string;
  readonly json?: boolean;
  readonly proxy: string;
  readonly variant?: string;
  readonly batch: number;
  readonly gamma: number;
  readonly favouredSize?: FavouredSize;
  readonly repeats: number;
  readonly seed: number;
  readonly fill: Fill;
  readonly labels: LabelRule;
  readonly reslink: boolean;
}

const EXAMPLES = `
Scores are taken without residual links, as the search takes them, unless --reslink is given.
A list of proxies (zen,naswot,zen:paper or all) prints one line a structure with every score and its time. Scores of
proxies that rank (te_nas_rank, az_nas) are made of ranks among the structures of the command. A proxy of your own is a
module that exports it as proxy: see examples/custom_proxy.ts.

Examples:
  zen score zennet_cifar10_model_size1M_res32 --repeats 8
  zen score 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)' --proxy zen --variant paper --json
  zen score --file candidates.txt --proxy params --json
  zen score zennet_cifar10_model_size1M_res32 --proxy zen,naswot,params --batch 16 --json
  zen score --file candidates.txt --proxy ./my_proxy.ts`;

/** Adds the command. */
export function addScoreCommand(program: Command): void {
  const command = program.command("score").description("score structures by a zero-shot proxy");
  addFormOptions(addStructureArguments(command))
    .option("--proxy <names>", "what to score by: a name, names with commas, all, or a module of your own", "zen")
    .option("--variant <name>", "the formula of a single proxy (zen: reference or paper)")
    .addOption(new Option("--batch <images>", "images a batch").argParser(integer(1)).default(64))
    .addOption(new Option("--gamma <size>", "size of the input's perturbation").argParser(positive).default(0.01))
    .addOption(favouredSizeOption())
    .addOption(new Option("--repeats <count>", "independent draws to average").argParser(integer(1)).default(1))
    .addOption(new Option("--seed <number>", "seed of all draws").argParser(integer(0)).default(1))
    .addOption(
      new Option("--fill <rule>", "weights and inputs: gaussian draws, or the published filling rule")
        .choices(["gaussian", "reference"]).default("gaussian"),
    )
    .addOption(
      new Option("--labels <rule>", "classes of labelled batches: random, or the image's number modulo the classes")
        .choices(["random", "modulo"]).default("random"),
    )
    .option("--reslink", "with residual links", false)
    .addOption(deviceOption())
    .addOption(precisionOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .addHelpText("after", EXAMPLES)
    .action(score);
}

/** The proxies that the options name. */
async function chosenProxies({ proxy, variant }: ScoreOptions): Promise<readonly ChosenProxy[]> {
  const { chooseProxies } = await import("../../core/io/mod.ts");
  const { variantOf } = await import("../../core/scoring/mod.ts");
  const { UsageError } = await import("../errors.ts");
  const chosen = await chooseProxies(proxy);
  if (chosen.length === 0) throw new UsageError("Cannot score without a proxy: --proxy names none");
  if (variant === undefined) return chosen;
  if (chosen.length > 1) throw new UsageError("Cannot choose one variant of several proxies: name them as zen:paper");
  return chosen.map((one) => ({ ...one, variant: variantOf(one.proxy, variant) }));
}

/** Everything that scores depend on but the structures and the device. */
function settingsOf(options: ScoreOptions): Pick<ScoreTask, "form" | "settings" | "repeats"> {
  const { batch, gamma, favouredSize, seed, fill, labels, reslink, repeats } = options;
  const weights: WeightScale = fill === "reference" && reslink ? "scaled" : "unit";
  const settings = { batch, gamma, favouredSize, seed, fill, labels, weights };
  return { form: formOf(options, reslink), repeats, settings };
}

function scoreLine(text: string, { mean, interval95 }: RepeatedScore): string {
  const spread = interval95 ? `  (95 %: ${interval95.map((bound) => bound.toPrecision(6)).join(" … ")})` : "";
  return `${mean.toPrecision(7)}${spread}  ${text}`;
}

const scoreOrError = (result: ProxyResult): number | { readonly error: string } => {
  if ("error" in result) return { error: result.error.message };
  const { mean } = result.score;
  return Number.isFinite(mean) ? mean : { error: `the score is not finite: got ${mean}` };
};

/** A structure's scores by several proxies, under the names that scripts rely on. */
function manyFacts({ text, results }: ScoredStructure): Record<string, unknown> {
  const byKey = <T>(of: (result: ProxyResult) => T) => Object.fromEntries(results.map((r) => [r.chosen.key, of(r)]));
  const parts = results.flatMap((result) => {
    const own = "score" in result ? result.score.parts : {};
    return Object.keys(own).length > 0 ? [[result.chosen.key, own] as const] : [];
  });
  return {
    structure: text,
    scores: byKey(scoreOrError),
    parts: Object.fromEntries(parts),
    seconds: byKey(({ seconds }) => seconds),
  };
}

function manyLines({ text, results }: ScoredStructure): string {
  const lines = results.map((result) => {
    const score = scoreOrError(result);
    return `  ${result.chosen.key.padEnd(16)} ${typeof score === "number" ? score.toPrecision(7) : score.error}`;
  });
  return [text, ...lines].join("\n");
}

/** Prints one structure: the form of a single proxy, which fails where that fails, or that of several. */
async function printRow(row: ScoredStructure, { repeats, json, device }: Printing): Promise<void> {
  const { print, printJson } = await import("../terminal.ts");
  const [only, ...others] = row.results;
  if (others.length > 0) return json ? printJson({ ...manyFacts(row), repeats, device }) : print(manyLines(row));
  if ("error" in only!) throw only.error;
  const { chosen: { proxy, variant }, score, seconds } = only!, { mean, std, interval95 } = score;
  if (!json) return print(scoreLine(row.text, score));
  const result = { structure: row.text, proxy: proxy.name, variant, score: mean, std, interval95, repeats, seconds };
  printJson({ ...result, device });
}

/** How rows are printed. */
interface Printing {
  readonly repeats: number;
  readonly json: boolean;
  readonly device: string;
}

async function printScores(task: ScoreTask, printing: Printing): Promise<void> {
  const { duration, StatusLine } = await import("../terminal.ts");
  const { rankedAmong, scoresInOrder } = await import("../score/work.ts");
  const waits = task.chosen.some(({ proxy }) => proxy.ranking), total = task.structures.length;
  const waiting: ScoredStructure[] = [], started = performance.now();
  let done = 0;
  using status = new StatusLine();
  for await (const row of scoresInOrder(task)) {
    status.clear();
    if (waits) waiting.push(row);
    else await printRow(row, printing);
    const secondsLeft = (performance.now() - started) / 1000 / ++done * (total - done);
    status.update(() => `scored ${done}/${total}, ${duration(secondsLeft)} left`);
  }
  status.clear();
  for (const row of await rankedAmong(waiting)) await printRow(row, printing);
}

async function score(texts: string[], options: ScoreOptions): Promise<void> {
  const chosen = await chosenProxies(options);
  const { collectStructures } = await import("../structures.ts");
  const structures = await collectStructures(texts, options);
  const task = { structures, chosen, ...settingsOf(options) };
  const printing = { repeats: options.repeats, json: options.json ?? false };
  if (!chosen.some(({ proxy }) => proxy.needsBackend)) return printScores(task, { ...printing, device: "none" });
  const { describeDevice, openDevice } = await import("../device.ts");
  await using backend: Backend = await openDevice(options);
  await printScores({ ...task, backend }, { ...printing, device: describeDevice(backend) });
}
